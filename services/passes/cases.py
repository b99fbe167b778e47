"""申請案件: what staff see of entries. Masked; one row at a time is shown whole, with a reason that the audit keeps."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.masks import masked_mobile, masked_name
from domain.orders import mask_plate
from domain.phones import Mobile
from domain.plates import Plate
from domain.staff import StaffRuleError, check_reason
from infra.database import UnitOfWork
from models.draw import DrawRank
from models.passes import Lot, PassEntry, PassRound
from services import audit
from services.passes.application import LIVE
from services.passes.entries import Entries

PAGE = 50
AT_ONCE = 1000
GONE = "（已刪除）"  # a person whose complaint period is over


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One entry. Name, plate and mobile are masked, unless `whole`."""

    id: uuid.UUID
    draw_id: str
    lot: str
    lot_name: str
    month: str  # of use
    entry_no: str
    place: int  # order of arrival, from 1
    name: str
    plate: str
    mobile: str
    landline: str
    pool: str
    plan: str
    state: str
    at_counter: bool
    applied_at: datetime
    status: str  # W, B, X after the draw
    no: int | None
    whole: bool = False

    @property
    def live(self) -> bool:
        """Whether it still takes part."""
        return self.state == LIVE


class Cases:
    """Everything is read by keys; nobody can sort or search by what is masked, except by a whole number or plate."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def page(self, uow: UnitOfWork, draw_id: str, *, after: int = 0) -> Sequence[CaseRow]:
        """Entries of a round in the order they came, `after` a place; PAGE of them."""
        return list(self._rows(uow, draw_id, after, PAGE, live=False))

    def find(
        self,
        uow: UnitOfWork,
        lots: Collection[str] | None,
        *,
        mobile: Mobile | None = None,
        plate: Plate | None = None,
        lot: str = "",
        month: str = "",
    ) -> Sequence[CaseRow]:
        """Entries of a whole number, a whole plate, or both, in lots one may see; the newest first. `lot`, `month` (of
        use): only there and then, where they are named.
        """
        if mobile is None and plate is None:
            raise StaffRuleError("請輸入完整的行動電話或車號")
        found = self._entries.search(uow, mobile, plate)
        rows = (row for row in self._shown(uow, found) if lots is None or row.lot in lots)
        return [row for row in rows if lot in ("", row.lot) and month in ("", row.month)][:PAGE]

    def one(self, uow: UnitOfWork, entry_id: uuid.UUID) -> CaseRow:
        """One entry, masked. Raises StaffRuleError."""
        return next(iter(self._shown(uow, [self._entry(uow, entry_id)])))

    def of(
        self, uow: UnitOfWork, entry_ids: Collection[uuid.UUID], *, whole: bool = False
    ) -> Mapping[uuid.UUID, CaseRow]:
        """Several entries by id; `whole` is for files that a second person has approved."""
        found = uow.session.scalars(select(PassEntry).where(PassEntry.id.in_(entry_ids))).all()
        return {row.id: row for row in self._shown(uow, found, whole=whole)}

    def unmask(self, uow: UnitOfWork, entry_id: uuid.UUID, *, reason: str, actor: str) -> CaseRow:
        """One entry whole. The audit keeps who, which and why. Raises StaffRuleError without a reason."""
        entry = self._entry(uow, entry_id)
        self.note_reason(uow, entry.id, "entry.unmasked", reason, actor=actor)
        return next(iter(self._shown(uow, [entry], whole=True)))

    def note_reason(self, uow: UnitOfWork, entry_id: uuid.UUID, action: str, reason: str, *, actor: str) -> None:
        """Keep why staff did something to an entry, beside what they did. Raises StaffRuleError without a reason."""
        detail: audit.Detail = {"reason": check_reason(reason)}
        audit.write(uow, action, actor=actor, subject_type="entry", subject_id=entry_id, detail=detail)

    def note_export(self, uow: UnitOfWork, draw_id: str, count: int, reason: str, *, whole: bool, actor: str) -> None:
        """Keep who took how many entries of a round away in a file, and why. Raises StaffRuleError without a reason."""
        detail: audit.Detail = {"entries": count, "whole": whole, "reason": check_reason(reason)}
        audit.write(uow, "entries.exported", actor=actor, subject_type="round", subject_id=draw_id, detail=detail)

    def receipt(self, uow: UnitOfWork, entry_id: uuid.UUID) -> str | None:
        """The text of an entry's receipt; None once its salt is deleted. Raises StaffRuleError."""
        told = self._entries.receipt(uow, self._entry(uow, entry_id))
        return told.text() if told else None

    def listed(self, uow: UnitOfWork, draw_id: str, *, whole: bool = False) -> Iterator[CaseRow]:
        """Every live entry of a round, in the order they came, a batch at a time: for a file."""
        after = 0
        while True:
            rows = list(self._rows(uow, draw_id, after, AT_ONCE, live=True, whole=whole))
            yield from rows
            if len(rows) < AT_ONCE:
                return
            after = rows[-1].place

    def ranked(self, uow: UnitOfWork, draw_id: str, *, whole: bool = False) -> Iterator[CaseRow]:
        """Every entry of a drawn round by its rank, a batch at a time."""
        round_id = select(PassRound.id).where(PassRound.draw_id == draw_id).scalar_subquery()
        after = -1
        while True:
            query = select(PassEntry, DrawRank.rank).join(DrawRank, DrawRank.entry_id == PassEntry.id)
            query = query.where(DrawRank.round_id == round_id, DrawRank.rank > after)
            found = uow.session.execute(query.order_by(DrawRank.rank).limit(AT_ONCE)).all()
            yield from self._shown(uow, [entry for entry, _ in found], whole=whole)
            if len(found) < AT_ONCE:
                return
            after = found[-1].rank
            uow.session.expunge_all()

    def _rows(
        self, uow: UnitOfWork, draw_id: str, after: int, most: int, *, live: bool, whole: bool = False
    ) -> Iterator[CaseRow]:
        round_id = select(PassRound.id).where(PassRound.draw_id == draw_id).scalar_subquery()
        query = select(PassEntry).where(PassEntry.round_id == round_id, PassEntry.log_index >= after)
        if live:
            query = query.where(PassEntry.state == LIVE)
        found = uow.session.scalars(query.order_by(PassEntry.log_index).limit(most)).all()
        yield from self._shown(uow, found, whole=whole)
        for entry in found:
            uow.session.expunge(entry)  # a file of 100,000 rows keeps none of them

    def _entry(self, uow: UnitOfWork, entry_id: uuid.UUID) -> PassEntry:
        entry = uow.session.get(PassEntry, entry_id)
        if entry is None:
            raise StaffRuleError("沒有這件申請")
        return entry

    def _shown(self, uow: UnitOfWork, entries: Sequence[PassEntry], *, whole: bool = False) -> Iterator[CaseRow]:
        ids = [entry.id for entry in entries]
        ranks = {row.entry_id: row for row in uow.session.scalars(select(DrawRank).where(DrawRank.entry_id.in_(ids)))}
        rounds = select(PassRound.id, PassRound.draw_id, PassRound.month, Lot.number, Lot.name).join(
            Lot, Lot.number == PassRound.lot
        )
        of = rounds.where(PassRound.id.in_({entry.round_id for entry in entries}))
        where = {row.id: row for row in uow.connection.execute(of)}
        for entry in entries:
            rank, place = ranks.get(entry.id), where[entry.round_id]
            name, plate, mobile, landline = self._person(entry, whole=whole)
            yield CaseRow(
                entry.id,
                place.draw_id,
                place.number,
                place.name,
                place.month,
                entry.entry_no,
                entry.log_index + 1,
                name,
                plate,
                mobile,
                landline,
                entry.pool,
                entry.plan,
                entry.state,
                entry.citizen is None,
                entry.applied_at,
                rank.status if rank else "",
                rank.no if rank else None,
                whole,
            )

    def _person(self, entry: PassEntry, *, whole: bool) -> tuple[str, str, str, str]:
        if entry.holder is None:
            return GONE, mask_plate(entry.plate), GONE, ""
        name, mobile = self._entries.name(entry), self._entries.holder(entry)
        landline = self._entries.landline(entry) or ""
        if whole:
            return name, entry.plate, mobile.national, landline
        return masked_name(name), mask_plate(entry.plate), masked_mobile(mobile), "***" if landline else ""
