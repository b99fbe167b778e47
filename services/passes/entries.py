"""Entries (申請): made, changed and withdrawn under the round's lock until it closes, each with its receipt (§2.2)."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, and_, func, or_, select

from domain.draw import entry as shapes
from domain.draw.coding import HASH_BYTES, DrawFileError
from domain.draw.entry import Receipt, commitment
from domain.draw.listing import Removal
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import Phase, RoundRuleError
from infra.crypto import FieldCipher
from infra.database import UnitOfWork
from models.passes import PassEntry, PassRound
from services import audit
from services.lookup_key import LookupKey
from services.passes.application import LATE, LIVE, Application, require_admitted, require_live, require_open
from services.passes.entry_rows import free_number, hand_on, last_preference, locked_entry, note, read_entries
from services.passes.lots import Lots
from services.passes.plates import of_plate
from services.passes.rounds import read_round

GENERAL = "G"  # the pool of everybody whose claim to another is not proven
_HOLDER_FIELD = "mobile"  # the same hash as accounts have: a counter entry is found by whoever verifies the number


class Tell(Protocol):
    """Tells an applicant of what staff did: an entry with its receipt, or (None) one that was taken off."""

    def __call__(
        self, uow: UnitOfWork, entry: PassEntry, receipt: Receipt | None, *, applied: bool = False
    ) -> None: ...


class Entries:
    """wiring gives the cipher of DATA_KEYS, the lookup key, the lots, and who tells applicants of what staff did."""

    def __init__(self, cipher: FieldCipher, lookup_key: LookupKey, lots: Lots, tell: Tell | None = None) -> None:
        self._cipher = cipher
        self._lookup_key = lookup_key
        self._lots = lots
        self._tell = tell

    def apply(self, uow: UnitOfWork, wanted: Application, *, actor: str = audit.CITIZEN) -> tuple[PassEntry, Receipt]:
        """A new entry and its receipt.

        Raises CitizenMistakeError: not open, plate for the counter only, plate or person has enough entries here;
        RoundRuleError for an unknown round or plan.
        """
        row = read_round(uow, wanted.draw_id, lock=True)
        made = self._admit(uow, row, wanted, preference=None)
        note(uow, "entry.made", made[0], row, actor)
        return made

    def enter(self, uow: UnitOfWork, wanted: Application, *, staff: str) -> tuple[PassEntry, Receipt]:
        """Staff write down somebody at the counter; whoever has verified the number in the chat gets the receipt there
        as well. Raises as apply() does, RoundRuleError for a plate that no draw takes.
        """
        if not shapes.fits_the_draw(wanted.plate.canonical):
            raise RoundRuleError("這種車牌不能參加抽籤，請依停車場的規定另行受理")
        made = self.apply(uow, wanted, actor=staff)
        if self._tell is not None:
            self._tell(uow, *made, applied=True)
        return made

    def withdraw(self, uow: UnitOfWork, entry_id: uuid.UUID, *, asked_at: datetime, actor: str = audit.CITIZEN) -> None:
        """End a live entry before closing; one that has ended stays as it is. Raises CitizenMistakeError."""
        row, entry = locked_entry(uow, entry_id)
        require_open(row, asked_at)
        self._end(uow, row, entry, Removal.WITHDRAWN, actor)

    def remove(self, uow: UnitOfWork, entry_id: uuid.UUID, reason: Removal, *, staff: str) -> None:
        """Staff take an entry off before the freeze (資格審查). Raises RoundRuleError once the list is frozen."""
        row, entry = locked_entry(uow, entry_id)
        if row.phase != Phase.OPEN:
            raise RoundRuleError("登記清單已截止，不能再更改")
        was_live = entry.state == LIVE
        self._end(uow, row, entry, reason, staff)
        if was_live and reason is not Removal.BOUGHT_FIRST and self._tell is not None:
            self._tell(uow, entry, None)

    def change(
        self,
        uow: UnitOfWork,
        entry_id: uuid.UUID,
        *,
        asked_at: datetime,
        plate: Plate | None = None,
        plan: str | None = None,
        holder: Mobile | None = None,
        citizen: tuple[str, str] | None = None,
        actor: str = audit.CITIZEN,
    ) -> tuple[PassEntry, Receipt]:
        """Another plate, plan or mobile: the entry ends and a new one takes its place and preference, with a receipt.

        `citizen`: who changes it in the chat; an entry of the counter becomes theirs. Raises CitizenMistakeError as
        apply() does, or when the entry has ended.
        """
        row, entry = locked_entry(uow, entry_id)
        require_live(entry)
        same = self._same(row, entry)
        wanted = replace(
            same,
            plate=plate or same.plate,
            plan=plan or same.plan,
            holder=holder or same.holder,
            asked_at=asked_at,
            citizen=citizen or same.citizen,
        )
        self._end(uow, row, entry, Removal.CHANGED, actor)
        uow.session.flush()
        made = self._admit(uow, row, wanted, preference=entry.preference)
        hand_on(uow, entry, made[0])
        note(uow, "entry.made", made[0], row, actor)
        if actor != audit.CITIZEN and self._tell is not None:
            self._tell(uow, *made)
        return made

    def correct(
        self, uow: UnitOfWork, entry_id: uuid.UUID, *, name: str | None, landline: str | None, staff: str
    ) -> None:
        """Another spelling of the name, another 市內電話 ("" for none): neither is in the commitment, so number and
        receipt stay. None leaves it. Raises RoundRuleError once the list is frozen, or for an ended entry.
        """
        row, entry = locked_entry(uow, entry_id)
        if row.phase != Phase.OPEN or entry.state != LIVE:
            raise RoundRuleError("登記清單已截止或申請已結束，不能再更改")
        if name is not None:
            entry.name = self._cipher.encrypt(name, _place("name", entry.id))
        if landline is not None:
            entry.landline = self._cipher.encrypt(landline, _place("landline", entry.id)) if landline else None
        note(uow, "entry.corrected", entry, row, staff)

    def prove_pool(self, uow: UnitOfWork, entry_id: uuid.UUID, pool: str, *, staff: str) -> tuple[PassEntry, Receipt]:
        """資格審查 passed: a new entry in another pool takes the place. Raises RoundRuleError once frozen."""
        row, entry = locked_entry(uow, entry_id)
        if row.phase != Phase.OPEN or entry.state != LIVE:
            raise RoundRuleError("資格審查只能在登記截止前，對有效的申請進行")
        same = self._same(row, entry)
        self._end(uow, row, entry, Removal.CHANGED, staff)
        uow.session.flush()
        made = self._make(uow, row, same, pool=_pool(pool), preference=entry.preference)
        hand_on(uow, entry, made[0], judged=True)
        note(uow, "entry.pool", made[0], row, staff)
        if self._tell is not None:
            self._tell(uow, *made)
        return made

    def of(self, uow: UnitOfWork, channel: str, citizen: str, mobile: Mobile | None) -> Sequence[PassEntry]:
        """A citizen's entries in their 志願序: those made in the chat, and those at the counter with this number."""
        mine: ColumnElement[bool] = and_(PassEntry.channel == channel, PassEntry.citizen == citizen)
        if mobile is not None:
            mine = or_(mine, PassEntry.holder_hash == self._hash(uow, mobile))
        return read_entries(uow, mine)

    def by_number_and_plate(self, uow: UnitOfWork, mobile: Mobile, plate: Plate) -> Sequence[PassEntry]:
        """Entries of exactly this number and plate: for those without LINE."""
        return read_entries(
            uow, and_(PassEntry.holder_hash == self._hash(uow, mobile), PassEntry.compact == plate.compact)
        )

    def search(self, uow: UnitOfWork, mobile: Mobile | None, plate: Plate | None) -> Sequence[PassEntry]:
        """Entries of a whole number, a whole plate or both, the newest first: for staff."""
        wanted: list[ColumnElement[bool]] = []
        if mobile is not None:
            wanted.append(PassEntry.holder_hash == self._hash(uow, mobile))
        if plate is not None:
            wanted.append(or_(PassEntry.compact == plate.compact, of_plate(plate.compact)))
        query = select(PassEntry).where(*wanted).order_by(PassEntry.applied_at.desc(), PassEntry.id)
        return uow.session.scalars(query).all() if wanted else []

    def by_number(self, uow: UnitOfWork, draw_id: str, number: str) -> PassEntry:
        """One entry of a round. Raises RoundRuleError."""
        of_round = select(PassRound.id).where(PassRound.draw_id == draw_id).scalar_subquery()
        found = read_entries(uow, and_(PassEntry.round_id == of_round, PassEntry.entry_no == number))
        if not found:
            raise RoundRuleError(f"{draw_id} 沒有申請 {number}")
        return found[0]

    def receipt(self, uow: UnitOfWork, entry: PassEntry) -> Receipt | None:
        """The receipt of an entry again; None once its salt is deleted."""
        salt = self.salt(entry)
        row = uow.session.get_one(PassRound, entry.round_id)
        return Receipt(row.draw_id, entry.entry_no, entry.pool, salt, entry.commitment) if salt else None

    def salt(self, entry: PassEntry) -> bytes | None:
        """The 32 bytes that open the commitment; None once deleted."""
        return bytes.fromhex(self._cipher.decrypt(entry.salt, _place("salt", entry.id))) if entry.salt else None

    def holder(self, entry: PassEntry) -> Mobile:
        """The number at application. Raises LookupError once forgotten."""
        if entry.holder is None:
            raise LookupError("the entry's number is forgotten")
        return Mobile(self._cipher.decrypt(entry.holder, _place("holder", entry.id)))

    def name(self, entry: PassEntry) -> str:
        """The applicant's name; "" once forgotten."""
        return self._cipher.decrypt(entry.name, _place("name", entry.id)) if entry.name else ""

    def landline(self, entry: PassEntry) -> str | None:
        """市內電話 of a counter entry; None where none was given, or once forgotten."""
        return self._cipher.decrypt(entry.landline, _place("landline", entry.id)) if entry.landline else None

    # Inside

    def _admit(
        self, uow: UnitOfWork, row: PassRound, wanted: Application, *, preference: int | None
    ) -> tuple[PassEntry, Receipt]:
        require_admitted(uow, self._lots, row, wanted, self._hash(uow, wanted.holder))
        return self._make(uow, row, wanted, pool=GENERAL, preference=preference)

    def _same(self, row: PassRound, entry: PassEntry) -> Application:
        """What an entry asked for. Raises LookupError once its person is forgotten."""
        return Application(
            draw_id=row.draw_id,
            plate=Plate(entry.plate),
            plan=entry.plan,
            holder=self.holder(entry),
            name=self.name(entry),
            asked_at=entry.applied_at,
            citizen=(entry.channel, entry.citizen) if entry.channel and entry.citizen else None,
            landline=self.landline(entry),
        )

    def put_late(self, uow: UnitOfWork, wanted: Application, receipt: Receipt) -> PassEntry:
        """Somebody wrongly left out, with the receipt they hold, beside the list of a drawn round (§2.11): staff's
        services/draws/late.py decides. The round's lock is held.
        """
        row = read_round(uow, wanted.draw_id, lock=False)
        made = self._row(uow, row, wanted, receipt)
        last = select(func.max(PassEntry.log_index)).where(PassEntry.round_id == row.id)
        made.log_index = (uow.session.scalar(last) or 0) + 1
        made.preference, made.state = int(wanted.asked_at.timestamp() * 1_000_000), LATE
        uow.session.add(made)
        uow.session.flush()
        return made

    def _make(
        self, uow: UnitOfWork, row: PassRound, wanted: Application, *, pool: str, preference: int | None
    ) -> tuple[PassEntry, Receipt]:
        number, salt = free_number(uow, row), secrets.token_bytes(HASH_BYTES)
        commit = commitment(row.draw_id, number, pool, 1, wanted.plate.canonical, wanted.holder.national, salt)
        receipt = Receipt(row.draw_id, number, pool, salt, commit)
        made = self._row(uow, row, wanted, receipt)
        if preference is None:
            preference = last_preference(uow, made.compact, self._hash(uow, wanted.holder), wanted.asked_at)
        made.log_index, made.preference, made.state = row.logged, preference, LIVE
        row.logged += 1
        uow.session.add(made)
        uow.session.flush()
        return made, receipt

    def _row(self, uow: UnitOfWork, row: PassRound, wanted: Application, receipt: Receipt) -> PassEntry:
        """An entry of what was asked for, with its receipt's number, pool, salt and commitment."""
        entry_id, landline = uuid.uuid4(), wanted.landline
        return PassEntry(
            id=entry_id,
            round_id=row.id,
            entry_no=receipt.entry_no,
            commitment=receipt.commit,
            salt=self._cipher.encrypt(receipt.salt.hex(), _place("salt", entry_id)),
            pool=receipt.pool,
            plan=wanted.plan,
            plate=wanted.plate.canonical,
            compact=wanted.plate.compact,
            holder=self._cipher.encrypt(wanted.holder.national, _place("holder", entry_id)),
            holder_hash=self._hash(uow, wanted.holder),
            name=self._cipher.encrypt(wanted.name, _place("name", entry_id)),
            landline=self._cipher.encrypt(landline, _place("landline", entry_id)) if landline else None,
            channel=wanted.citizen[0] if wanted.citizen else None,
            citizen=wanted.citizen[1] if wanted.citizen else None,
            applied_at=wanted.asked_at,
        )

    def _end(self, uow: UnitOfWork, row: PassRound, entry: PassEntry, why: Removal, actor: str) -> None:
        if entry.state == LIVE:
            entry.state, entry.ended_at = why.value, func.now()
            note(uow, f"entry.{why.value.lower()}", entry, row, actor)

    def _hash(self, uow: UnitOfWork, mobile: Mobile) -> bytes:
        return self._lookup_key.hash(uow, _HOLDER_FIELD, mobile.national)


def _pool(code: str) -> str:
    """Raises RoundRuleError."""
    try:
        return shapes.pool(code)
    except DrawFileError as error:
        raise RoundRuleError(f"資格別「{code[:8]}」不正確（{error}）") from None


def _place(column: str, entry_id: uuid.UUID) -> str:
    return f"pass_entry.{column}:{entry_id}"
