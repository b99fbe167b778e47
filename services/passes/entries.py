"""Entries (申請): made, changed and withdrawn under the round's lock until it closes, each with its receipt (§2.2)."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from domain.draw import entry as shapes
from domain.draw.coding import HASH_BYTES
from domain.draw.entry import Receipt, commitment
from domain.draw.listing import Removal
from domain.errors import CitizenMistakeError
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import Phase, RoundRuleError
from infra.crypto import FieldCipher
from infra.database import UnitOfWork
from models.passes import Lot, PassEntry, PassRound
from services import audit
from services.lookup_key import LookupKey
from services.passes.lots import Lots, Sells
from services.passes.rounds import in_round_time, read_round

LIVE = "live"
GENERAL = "G"  # the pool of everybody whose claim to another is not proven
_HOLDER_FIELD = "mobile"  # the same hash as accounts have: a counter entry is found by whoever verifies the number
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: read out over a counter


@dataclass(frozen=True, slots=True, repr=False)
class Application:
    """What is asked for. `asked_at`: when the request was stored; it decides whether it came in time."""

    draw_id: str
    plate: Plate
    plan: str
    holder: Mobile
    name: str
    asked_at: datetime
    citizen: tuple[str, str] | None = None  # channel and LINE user id; None: at the counter
    landline: str | None = None


class Entries:
    """wiring gives the cipher of DATA_KEYS, the lookup key and the lots."""

    def __init__(self, cipher: FieldCipher, lookup_key: LookupKey, lots: Lots) -> None:
        self._cipher = cipher
        self._lookup_key = lookup_key
        self._lots = lots

    def apply(self, uow: UnitOfWork, wanted: Application, *, actor: str = audit.CITIZEN) -> tuple[PassEntry, Receipt]:
        """A new entry and its receipt.

        Raises CitizenMistakeError: not open, plate for the counter only, plate or person has enough entries here;
        RoundRuleError for an unknown round or plan.
        """
        row = read_round(uow, wanted.draw_id, lock=True)
        self._check(uow, row, wanted)
        made = self._make(uow, row, wanted, pool=GENERAL, preference=None)
        _note(uow, "entry.made", made[0], row, actor)
        return made

    def withdraw(self, uow: UnitOfWork, entry_id: uuid.UUID, *, asked_at: datetime, actor: str = audit.CITIZEN) -> None:
        """End a live entry before closing; one that has ended stays as it is. Raises CitizenMistakeError."""
        row, entry = self._locked_entry(uow, entry_id)
        _check_time(row, asked_at)
        self._end(uow, row, entry, Removal.WITHDRAWN, actor)

    def remove(self, uow: UnitOfWork, entry_id: uuid.UUID, reason: Removal, *, staff: str) -> None:
        """Staff take an entry off before the freeze (資格審查). Raises RoundRuleError once the list is frozen."""
        row, entry = self._locked_entry(uow, entry_id)
        if row.phase != Phase.OPEN:
            raise RoundRuleError("the list is frozen: nothing of it changes any more")
        self._end(uow, row, entry, reason, staff)

    def change(
        self,
        uow: UnitOfWork,
        entry_id: uuid.UUID,
        *,
        asked_at: datetime,
        plate: Plate | None = None,
        plan: str | None = None,
        holder: Mobile | None = None,
    ) -> tuple[PassEntry, Receipt]:
        """Another plate, plan or mobile: the entry ends and a new one takes its place and preference, with a receipt.

        Raises CitizenMistakeError as apply() does, or when the entry has ended.
        """
        row, entry = self._locked_entry(uow, entry_id)
        _require_live(entry)
        wanted = Application(
            draw_id=row.draw_id,
            plate=plate or Plate(entry.plate),
            plan=plan or entry.plan,
            holder=holder or self.holder(entry),
            name=self.name(entry),
            asked_at=asked_at,
            citizen=(entry.channel, entry.citizen) if entry.channel and entry.citizen else None,
        )
        self._end(uow, row, entry, Removal.CHANGED, audit.CITIZEN)
        uow.session.flush()
        self._check(uow, row, wanted)
        made = self._make(uow, row, wanted, pool=GENERAL, preference=entry.preference)
        _note(uow, "entry.made", made[0], row, audit.CITIZEN)
        return made

    def prove_pool(self, uow: UnitOfWork, entry_id: uuid.UUID, pool: str, *, staff: str) -> tuple[PassEntry, Receipt]:
        """資格審查 passed: a new entry in another pool takes the place. Raises RoundRuleError once frozen."""
        row, entry = self._locked_entry(uow, entry_id)
        if row.phase != Phase.OPEN or entry.state != LIVE:
            raise RoundRuleError("pools are proven before the freeze, for live entries")
        citizen = (entry.channel, entry.citizen) if entry.channel and entry.citizen else None
        same = Application(
            row.draw_id, Plate(entry.plate), entry.plan, self.holder(entry), self.name(entry), entry.applied_at, citizen
        )
        self._end(uow, row, entry, Removal.CHANGED, staff)
        uow.session.flush()
        made = self._make(uow, row, same, pool=shapes.pool(pool), preference=entry.preference)
        _note(uow, "entry.pool", made[0], row, staff)
        return made

    def prefer(self, uow: UnitOfWork, one: uuid.UUID, other: uuid.UUID, *, asked_at: datetime) -> None:
        """Swap the 志願序 of two live entries of one vehicle, before either closes. Raises CitizenMistakeError."""
        ids = (
            select(PassEntry.id).where(PassEntry.id.in_((one, other))).order_by(PassEntry.round_id)
        )  # never a deadlock
        pairs = [self._locked_entry(uow, entry_id) for entry_id in uow.session.scalars(ids).all()]
        if len(pairs) != 2:
            raise CitizenMistakeError("這筆申請已撤回或變更過，請重新查詢。")
        for row, entry in pairs:
            _check_time(row, asked_at)
            _require_live(entry)
        first, second = (entry for _, entry in pairs)
        if (first.compact, first.holder_hash) != (second.compact, second.holder_hash):
            raise CitizenMistakeError("志願序是同一輛車各申請之間的先後。")
        first.preference, second.preference = second.preference, first.preference
        for row, entry in pairs:
            _note(uow, "entry.preference", entry, row, audit.CITIZEN)

    def of(self, uow: UnitOfWork, channel: str, citizen: str, mobile: Mobile | None) -> Sequence[PassEntry]:
        """A citizen's entries in their 志願序: those made in the chat, and those at the counter with this number."""
        mine: ColumnElement[bool] = and_(PassEntry.channel == channel, PassEntry.citizen == citizen)
        if mobile is not None:
            mine = or_(mine, PassEntry.holder_hash == self._hash(uow, mobile))
        return _read(uow, mine)

    def by_number_and_plate(self, uow: UnitOfWork, mobile: Mobile, plate: Plate) -> Sequence[PassEntry]:
        """Entries of exactly this number and plate: for those without LINE."""
        return _read(uow, and_(PassEntry.holder_hash == self._hash(uow, mobile), PassEntry.compact == plate.compact))

    def by_number(self, uow: UnitOfWork, draw_id: str, number: str) -> PassEntry:
        """One entry of a round. Raises RoundRuleError."""
        of_round = select(PassRound.id).where(PassRound.draw_id == draw_id).scalar_subquery()
        found = _read(uow, and_(PassEntry.round_id == of_round, PassEntry.entry_no == number))
        if not found:
            raise RoundRuleError(f"no entry {number} in {draw_id}")
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

    # Inside

    def _check(self, uow: UnitOfWork, row: PassRound, wanted: Application) -> None:
        _check_time(row, wanted.asked_at)
        lot = uow.session.get_one(Lot, row.lot)
        if not (row.on_shelf and lot.on_shelf):
            raise CitizenMistakeError("這個停車場的月票目前沒有開放申請。")
        if wanted.citizen is not None and lot.sells == Sells.COUNTER:
            raise CitizenMistakeError("這個停車場的月票只在現場受理，請洽現場管理員。")
        if not shapes.fits_the_draw(wanted.plate.canonical):
            raise CitizenMistakeError("這種車牌無法線上申請，請洽現場管理員受理。")
        if self._lots.plan(uow, row, wanted.plan) is None:
            raise RoundRuleError(f"no plan {wanted.plan} for {row.draw_id}")
        here = PassEntry.round_id == row.id
        count = select(func.count()).select_from(PassEntry)
        counts = PassEntry.state.in_((LIVE, Removal.BOUGHT_FIRST.value))
        if uow.connection.execute(count.where(here, counts, PassEntry.compact == wanted.plate.compact)).scalar_one():
            raise CitizenMistakeError("這輛車已申請過這個停車場本期的月票，一車一期限申請一次。")
        held = PassEntry.holder_hash == self._hash(uow, wanted.holder)
        if (
            uow.connection.execute(count.where(here, PassEntry.state == LIVE, held)).scalar_one()
            >= row.registration_limit
        ):
            raise CitizenMistakeError("您在這一期已有 {most} 筆申請，已達登記上限。", most=row.registration_limit)

    def _make(
        self, uow: UnitOfWork, row: PassRound, wanted: Application, *, pool: str, preference: int | None
    ) -> tuple[PassEntry, Receipt]:
        entry_id, salt = uuid.uuid4(), secrets.token_bytes(HASH_BYTES)
        number = self._free_number(uow, row)
        plate, holder = wanted.plate.canonical, wanted.holder.national
        commit = commitment(row.draw_id, number, pool, 1, plate, holder, salt)
        made = PassEntry(
            id=entry_id,
            round_id=row.id,
            entry_no=number,
            log_index=row.logged,
            commitment=commit,
            salt=self._cipher.encrypt(salt.hex(), _place("salt", entry_id)),
            pool=pool,
            plan=wanted.plan,
            plate=plate,
            compact=wanted.plate.compact,
            holder=self._cipher.encrypt(holder, _place("holder", entry_id)),
            holder_hash=self._hash(uow, wanted.holder),
            name=self._cipher.encrypt(wanted.name, _place("name", entry_id)),
            landline=self._cipher.encrypt(wanted.landline, _place("landline", entry_id)) if wanted.landline else None,
            channel=wanted.citizen[0] if wanted.citizen else None,
            citizen=wanted.citizen[1] if wanted.citizen else None,
            preference=preference if preference is not None else int(wanted.asked_at.timestamp() * 1_000_000),
            state=LIVE,
            applied_at=wanted.asked_at,
        )
        row.logged += 1
        uow.session.add(made)
        uow.session.flush()
        return made, Receipt(row.draw_id, number, pool, salt, commit)

    def _free_number(self, uow: UnitOfWork, row: PassRound) -> str:
        """A number that nobody has here and that tells nothing: two groups of four out of 2^40."""
        while True:
            letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
            number = f"{letters[:4]}-{letters[4:]}"
            taken = select(PassEntry.id).where(PassEntry.round_id == row.id, PassEntry.entry_no == number)
            if uow.connection.execute(taken).first() is None:
                return number

    def _end(self, uow: UnitOfWork, row: PassRound, entry: PassEntry, why: Removal, actor: str) -> None:
        if entry.state == LIVE:
            entry.state, entry.ended_at = why.value, func.now()
            _note(uow, f"entry.{why.value.lower()}", entry, row, actor)

    def _locked_entry(self, uow: UnitOfWork, entry_id: uuid.UUID) -> tuple[PassRound, PassEntry]:
        """An entry under its round's lock. Raises RoundRuleError."""
        draw_id = uow.session.scalar(
            select(PassRound.draw_id)
            .join(PassEntry, PassEntry.round_id == PassRound.id)
            .where(PassEntry.id == entry_id)
        )
        if draw_id is None:
            raise RoundRuleError("no such entry")
        row = read_round(uow, draw_id, lock=True)
        return row, uow.session.get_one(PassEntry, entry_id, populate_existing=True)

    def _hash(self, uow: UnitOfWork, mobile: Mobile) -> bytes:
        return self._lookup_key.hash(uow, _HOLDER_FIELD, mobile.national)


def _check_time(row: PassRound, asked_at: datetime) -> None:
    moment = in_round_time(row, asked_at)
    if moment < row.opens_at:
        raise CitizenMistakeError("這一期還沒有開始登記。")
    if row.phase != Phase.OPEN or moment >= row.closes_at:
        raise CitizenMistakeError("這一期的登記已截止，申請內容不再變動。")


def _require_live(entry: PassEntry) -> None:
    if entry.state != LIVE:
        raise CitizenMistakeError("這筆申請已撤回或變更過，請重新查詢。")


def _read(uow: UnitOfWork, which: ColumnElement[bool]) -> Sequence[PassEntry]:
    found = select(PassEntry).where(which).order_by(PassEntry.preference, PassEntry.log_index)
    return uow.session.scalars(found.execution_options(populate_existing=True)).all()


def _note(uow: UnitOfWork, action: str, entry: PassEntry, row: PassRound, actor: str) -> None:
    detail = {"draw_id": row.draw_id, "entry_no": entry.entry_no}
    audit.write(uow, action, actor=actor, subject_type="entry", subject_id=entry.id, detail=detail)


def _place(column: str, entry_id: uuid.UUID) -> str:
    return f"pass_entry.{column}:{entry_id}"
