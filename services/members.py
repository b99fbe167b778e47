"""Linking a chat with a member of the city's own site (LINE 綁定), as developers.line.biz "Link user account" has it.

The citizen takes LINE's link token to the site and signs in there; the site asks us for a nonce for that member
(/agency/v1/members/nonces) and takes both to LINE; LINE tells us the nonce and whose chat it is. The nonce is random,
kept as a hash only, used once, and gone after minutes. Who the member is we know by a keyed hash alone.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, delete, select

from domain.bindings import Vehicle
from domain.clock import Clock
from domain.errors import OutsideError
from domain.members import NONCE_BYTES, NONCE_LIFE, MemberSite, MemberVehicle
from domain.plates import Plate
from domain.ports.linktokens import LinkTokens
from domain.ports.notices import Notices
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.member import MemberLink, MemberOffer
from services import audit
from services.accounts import Accounts
from services.lookup_key import LookupKey

LINKED, UNLINKED = "member.linked", "member.unlinked"  # audit, and kinds of 歷程
MOVED = "member_moved"  # notice
AUDITED_LETTERS = 16  # of a member's keyed hash

log = structlog.get_logger(__name__)


class Members:
    """wiring gives the site (None: there is none), LINE's tokens, the lookup key, accounts, notices and the clock."""

    def __init__(
        self,
        site: MemberSite | None,
        tokens: LinkTokens,
        lookup_key: LookupKey,
        accounts: Accounts,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self.site = site
        self._tokens = tokens
        self._lookup_key = lookup_key
        self._accounts = accounts
        self._notices = notices
        self._clock = clock

    async def token(self, citizen: str) -> str | None:
        """LINE's link token for this citizen; None when LINE does not give one now. Asked with nothing held."""
        try:
            return await asyncio.to_thread(self._tokens.issue, citizen)
        except OutsideError as error:
            log.warning("no_link_token", error=error.cause)
            return None

    # The site

    def offer(
        self, uow: UnitOfWork, agency: str, member: str, vehicles: Sequence[MemberVehicle]
    ) -> tuple[str, datetime]:
        """A nonce for a member who has signed in at the agency's site, and until when it is good."""
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        told = [
            {"plate": one.vehicle.plate.canonical, "kind": one.vehicle.kind.value, "services": list(one.services)}
            for one in vehicles
        ]
        member_hash, ends_at = self._hash(uow, agency, member), self._clock.now() + NONCE_LIFE
        row = MemberOffer(
            nonce_hash=_digest(nonce), agency=agency, member_hash=member_hash, vehicles=told, ends_at=ends_at
        )
        uow.session.add(row)
        uow.session.flush()
        return nonce, ends_at

    def forget(self, uow: UnitOfWork) -> None:
        """Nonces that were not used in time."""
        uow.connection.execute(delete(MemberOffer).where(MemberOffer.ends_at <= self._clock.now()))

    def linked_since(self, uow: UnitOfWork, agency: str, member: str) -> datetime | None:
        """Since when the member of this agency's site is linked with a chat; None: is not."""
        return uow.session.scalar(select(MemberLink.linked_at).where(self._of_member(uow, agency, member)))

    def unlink_member(self, uow: UnitOfWork, agency: str, member: str) -> bool:
        """The way out on the site's side; tells whether there was a link."""
        return self._end(uow, self._of_member(uow, agency, member), actor=f"agency:{agency}") is not None

    # The chat

    def link(self, uow: UnitOfWork, channel: str, citizen: str, nonce: str) -> Sequence[MemberVehicle] | None:
        """Link this chat with the member the nonce was made for; their vehicles there. None: no such nonce any more.

        One chat, one member: what either was linked with before is linked no longer, and another chat is told so.
        """
        used = delete(MemberOffer).where(MemberOffer.nonce_hash == _digest(nonce)).returning(MemberOffer)
        offer = uow.session.scalars(used).one_or_none()
        now = self._clock.now()
        if offer is None or offer.ends_at <= now:
            return None
        self._end(uow, _of_chat(channel, citizen), actor=audit.CITIZEN)
        if elsewhere := self._end(uow, _of_hash(offer.agency, offer.member_hash), actor=audit.CITIZEN):
            self._tell(uow, elsewhere)
        link = MemberLink(
            channel=channel, citizen=citizen, agency=offer.agency, member_hash=offer.member_hash, linked_at=now
        )
        uow.session.add(link)
        uow.session.flush()
        self._note(uow, LINKED, link, actor=audit.CITIZEN)
        return [_vehicle(one) for one in offer.vehicles]

    def since(self, uow: UnitOfWork, channel: str, citizen: str) -> datetime | None:
        """Since when this chat is linked; None: is not."""
        return uow.session.scalar(select(MemberLink.linked_at).where(_of_chat(channel, citizen)))

    def unlink(self, uow: UnitOfWork, channel: str, citizen: str) -> bool:
        """The way out, always open; tells whether there was a link."""
        return self._end(uow, _of_chat(channel, citizen), actor=audit.CITIZEN) is not None

    # Inside

    def _end(self, uow: UnitOfWork, which: ColumnElement[bool], *, actor: str) -> MemberLink | None:
        """The link that has ended; None: there was none."""
        link = uow.session.scalar(select(MemberLink).where(which).with_for_update())
        if link is not None:
            uow.session.delete(link)
            uow.session.flush()
            self._note(uow, UNLINKED, link, actor=actor)
        return link

    def _tell(self, uow: UnitOfWork, ended: MemberLink) -> None:
        """A chat whose link was taken over: it may have been another person's doing."""
        once = f"{MOVED}:{ended.member_hash.hex()[:AUDITED_LETTERS]}:{ended.linked_at.isoformat()}"
        self._notices.post(uow, MOVED, channel=ended.channel, citizen=ended.citizen, dedupe_key=once, data={})

    def _note(self, uow: UnitOfWork, what: str, link: MemberLink, *, actor: str) -> None:
        subject = link.member_hash.hex()[:AUDITED_LETTERS]
        audit.write(uow, what, actor=actor, subject_type="member", subject_id=subject)
        if account := self._accounts.of(uow, link.channel, link.citizen):
            self._accounts.history.write(uow, account.id, what)

    def _of_member(self, uow: UnitOfWork, agency: str, member: str) -> ColumnElement[bool]:
        return _of_hash(agency, self._hash(uow, agency, member))

    def _hash(self, uow: UnitOfWork, agency: str, member: str) -> bytes:
        return self._lookup_key.hash(uow, f"member of {agency}", member)


def _of_chat(channel: str, citizen: str) -> ColumnElement[bool]:
    return and_(MemberLink.channel == channel, MemberLink.citizen == citizen)


def _of_hash(agency: str, member_hash: bytes) -> ColumnElement[bool]:
    return and_(MemberLink.agency == agency, MemberLink.member_hash == member_hash)


def _digest(nonce: str) -> bytes:
    """Of 256 random bits: no slow hash is needed, and one that an index finds."""
    return hashlib.sha256(nonce.encode()).digest()


def _vehicle(told: Mapping[str, Any]) -> MemberVehicle:
    return MemberVehicle(Vehicle(Plate(told["plate"]), VehicleKind(told["kind"])), told["services"])
