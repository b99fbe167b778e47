"""Keys of the agencies' API: made by staff, shown once, kept as a hash, ended at any time."""

import hashlib
import re
import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from domain.agencyapi import Scope
from domain.clock import city_date
from domain.staff import StaffRuleError
from infra.database import UnitOfWork
from models.agency import Agency, AgencyKey
from services import audit
from services.orderbook import database_now

PREFIX = "parkline_"  # so that scanners of leaked secrets find it
SECRET_BYTES = 32
GRACE = 7  # days in which an agency may still use a key that was replaced
LOT = re.compile(r"[0-9A-Za-z-]{1,16}")
_OTHERS = tuple(scope.value for scope in Scope if scope is not Scope.PASSES)


@dataclass(frozen=True, slots=True)
class Caller:
    """The agency behind a key, and what it may do."""

    id: uuid.UUID
    code: str
    scopes: frozenset[Scope]
    lots: frozenset[str]  # whose passes it may ask for


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as staff see it."""

    id: uuid.UUID
    scopes: Sequence[str]
    made_by: str
    made_at: datetime
    ends_at: datetime | None
    used_on: date | None


def make(uow: UnitOfWork, code: str, scopes: Collection[str], *, staff: str, days: int | None = None) -> str:
    """A new key of an agency; shown this once. `days`: it ends after so many. Raises StaffRuleError.

    `scopes`: of Scope; passes name their lot, since a gate need not know who parks elsewhere: passes:LOT.
    """
    agency = _agency(uow, code)
    if not scopes or not all(map(_known, scopes)) or not staff.strip() or (days is not None and days < 1):
        raise StaffRuleError(f"需要承辦人員的帳號，以及一個以上的範圍：{'、'.join(_OTHERS)}、{Scope.PASSES}:停車場")
    token = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    key = AgencyKey(
        id=uuid.uuid4(),
        agency_id=agency.id,
        hash=_hash(token),
        scopes=sorted(set(scopes)),
        made_by=staff.strip(),
        ends_at=database_now(uow) + timedelta(days=days) if days else None,
    )
    uow.session.add(key)
    _audit(uow, "agency.key_made", key, staff)
    return token


def replace(uow: UnitOfWork, key_id: uuid.UUID, *, staff: str, grace: int) -> str:
    """A new key of the same scopes and the same life, shown this once; the old one ends `grace` days from now.

    Raises StaffRuleError.
    """
    old, now = uow.session.get(AgencyKey, key_id, with_for_update=True), database_now(uow)
    if old is None or grace < 0 or (old.ends_at is not None and old.ends_at <= now):
        raise StaffRuleError("沒有這把金鑰，或已經停用")
    life = max((old.ends_at - old.made_at).days, 1) if old.ends_at else None
    until = now + timedelta(days=grace)
    old.ends_at = min(old.ends_at, until) if old.ends_at else until
    _audit(uow, "agency.key_replaced", old, staff)
    return make(uow, uow.session.get_one(Agency, old.agency_id).code, old.scopes, staff=staff, days=life)


def end(uow: UnitOfWork, key_id: uuid.UUID, *, staff: str) -> None:
    """From now on the key opens nothing. Raises StaffRuleError."""
    key = uow.session.get(AgencyKey, key_id, with_for_update=True)
    now = database_now(uow)
    if key is None or not staff.strip() or (key.ends_at is not None and key.ends_at <= now):
        raise StaffRuleError("沒有這把金鑰，或已經停用；也需要承辦人員的帳號")
    key.ends_at = now
    _audit(uow, "agency.key_ended", key, staff)


def of(uow: UnitOfWork, code: str) -> Sequence[KeyView]:
    """The keys of an agency, the newest first. Raises StaffRuleError."""
    query = select(AgencyKey).where(AgencyKey.agency_id == _agency(uow, code).id).order_by(AgencyKey.made_at.desc())
    return [
        KeyView(row.id, row.scopes, row.made_by, row.made_at, row.ends_at, row.used_on)
        for row in uow.session.scalars(query)
    ]


def caller(uow: UnitOfWork, token: str) -> Caller | None:
    """Who holds this key; None where it opens nothing. The day of use is noted once a day."""
    now = database_now(uow)
    query = select(AgencyKey, Agency.code).join(Agency, Agency.id == AgencyKey.agency_id)
    query = query.where(AgencyKey.hash == _hash(token), or_(AgencyKey.ends_at.is_(None), AgencyKey.ends_at > now))
    found = uow.session.execute(query).one_or_none()
    if found is None:
        return None
    key, code = found
    if key.used_on != (today := city_date(now)):
        key.used_on = today
    scopes = frozenset(Scope(scope.partition(":")[0]) for scope in key.scopes)
    lots = frozenset(scope.partition(":")[2] for scope in key.scopes) - {""}
    return Caller(key.agency_id, code, scopes, lots)


def _known(scope: str) -> bool:
    name, colon, lot = scope.partition(":")
    return scope in _OTHERS or (name == Scope.PASSES and colon == ":" and bool(LOT.fullmatch(lot)))


def _hash(token: str) -> bytes:
    """Of 256 random bits: no slow hash is needed, and one that an index finds."""
    return hashlib.sha256(token.encode()).digest()


def _agency(uow: UnitOfWork, code: str) -> Agency:
    agency = uow.session.scalar(select(Agency).where(Agency.code == code))
    if agency is None:
        raise StaffRuleError("沒有這個代碼的機關")
    return agency


def _audit(uow: UnitOfWork, action: str, key: AgencyKey, staff: str) -> None:
    detail: audit.Detail = {"scopes": " ".join(key.scopes)}
    audit.write(uow, action, actor=staff.strip(), subject_type="agency_key", subject_id=key.id, detail=detail)
