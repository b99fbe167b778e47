"""A month of all lots: what is sold where, copying the month before, and many changes of 張數 at once.

A round without 張數 is not planned, so it does not open; `missing` names them for those who must set them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from domain.draw.coding import REHEARSAL
from domain.rounds import Phase, RoundRuleError, RoundTimes, checked_steps, first_day, places_of, with_more_places
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.passes import Lot, LotPlan, PassEntry, PassRound
from services.passes.application import LIVE
from services.passes.rounds import NewRound, Rounds, times_of
from services.passes.windows import Windows

Key = tuple[str, str, str]  # lot, kind, pass type


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One lot, kind and pass type in a month. Without a round: `draw_id` and the rest are empty."""

    lot: str
    lot_name: str
    kind: VehicleKind
    pass_type: str
    draw_id: str = ""
    steps: str = ""
    waitlist: int | None = None
    limit: int = 0
    on_shelf: bool = True
    phase: Phase | None = None
    entries: int = 0
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    draw_at: datetime | None = None
    pay_by: datetime | None = None
    made_at: datetime | None = None

    @property
    def key(self) -> Key:
        return (self.lot, self.kind.value, self.pass_type)

    @property
    def places(self) -> int | None:
        """開放車位數."""
        return places_of(self.steps) if self.steps else None


@dataclass(frozen=True, slots=True)
class Change:
    """張數 and 備取 that a grid or a file asks for, and what stood there when it was made."""

    lot: str
    kind: VehicleKind
    pass_type: str
    before: str
    steps: str
    waitlist: int | None


class Months:
    """Rounds are planned and changed through Rounds alone, which keeps the rules and the audit."""

    def __init__(self, rounds: Rounds, windows: Windows) -> None:
        self._rounds = rounds
        self._windows = windows

    def overview(self, uow: UnitOfWork, month: str, lots: Collection[str] | None = None) -> Sequence[MonthRow]:
        """All that has a price, with its round where it is planned; of these `lots`. Raises RoundRuleError."""
        first_day(month)
        sold = select(LotPlan.lot, LotPlan.kind, LotPlan.pass_type, Lot.name).join(Lot, Lot.number == LotPlan.lot)
        sold = sold.where(Lot.on_shelf).distinct().order_by(LotPlan.lot, LotPlan.kind, LotPlan.pass_type)
        planned = self._planned(uow, month)
        counts = self._counts(uow, month)
        found = []
        for one in uow.connection.execute(sold):
            key = (one.lot, one.kind, one.pass_type)
            if lots is None or one.lot in lots:
                found.append(_row(key, one.name, planned.get(key), counts))
        return found

    def missing(self, uow: UnitOfWork, month: str, lots: Collection[str] | None = None) -> Sequence[MonthRow]:
        """What is sold, but has no 張數 for this month yet."""
        return [row for row in self.overview(uow, month, lots) if not row.draw_id]

    def copy(self, uow: UnitOfWork, month: str, lots: Collection[str] | None, *, staff: str) -> int:
        """複製上月: plan what is missing with 張數, 備取, 登記限制 and 優先購買 of the month before; how many. Times
        are the month's defaults. Places that 優先購買 left over are no part of 張數 again.
        """
        before = self._planned(uow, _month_before(month))
        copied = 0
        for row in self.missing(uow, month, lots):
            old = before.get(row.key)
            if old is not None:
                steps = with_more_places(old.steps, -self._windows.joined(uow, old.draw_id))
                limit = old.registration_limit
                new = NewRound(month, row.lot, row.kind, row.pass_type, steps, old.waitlist, limit=limit)
                made = self._rounds.plan(uow, new, staff=staff)
                self._windows.copy(uow, old.draw_id, made.draw_id, staff=staff)
                copied += 1
        return copied

    def changes(self, uow: UnitOfWork, month: str, wanted: Sequence[Change]) -> Sequence[Change]:
        """Those that change something, with what stands there now. Raises RoundRuleError for one that cannot be."""
        now = {row.key: row for row in self.overview(uow, month)}
        found = []
        for one in wanted:
            row = now.get((one.lot, one.kind.value, one.pass_type))
            if row is None:
                raise RoundRuleError(f"停車場 {one.lot} 沒有這個車種與票種的價格")
            steps = checked_steps(one.steps)
            if (steps, one.waitlist) == (row.steps, row.waitlist):
                continue
            if row.phase not in (None, Phase.OPEN, Phase.FROZEN):
                raise RoundRuleError(f"{row.draw_id} 已公告登記清單，張數不能再更改")
            found.append(Change(one.lot, one.kind, one.pass_type, row.steps, steps, one.waitlist))
        return found

    def apply(self, uow: UnitOfWork, month: str, changes: Sequence[Change], *, staff: str) -> int:
        """Do them all, or none. Raises RoundRuleError: somebody else was here meanwhile, or a rule forbids one."""
        for one in changes:
            row = self._planned(uow, month).get((one.lot, one.kind.value, one.pass_type))
            if (row.steps if row else "") != one.before:
                raise RoundRuleError(f"停車場 {one.lot} 的張數剛才被別人更改過，請重新確認")
            if row is None:
                new = NewRound(month, one.lot, one.kind, one.pass_type, one.steps, one.waitlist)
                self._rounds.plan(uow, new, staff=staff)
            else:
                self._rounds.set_places(uow, row.draw_id, one.steps, one.waitlist, staff=staff)
        return len(changes)

    def retimed(self, uow: UnitOfWork, month: str, wanted: RoundTimes) -> tuple[Sequence[PassRound], int]:
        """Rounds of a month that other times would change, and how many announced ones stay. Raises RoundRuleError."""
        first_day(month)
        rows = sorted(self._planned(uow, month).values(), key=lambda row: row.draw_id)
        movable = [row for row in rows if row.phase in (Phase.OPEN, Phase.FROZEN)]
        return [row for row in movable if times_of(row) != _retimed(row, wanted)], len(rows) - len(movable)

    def retime(self, uow: UnitOfWork, month: str, wanted: RoundTimes, draw_ids: Sequence[str], *, staff: str) -> None:
        """Give the times to these rounds of a month, all or none. Raises RoundRuleError: one is announced meanwhile, or
        they are not those that would change.
        """
        found, _ = self.retimed(uow, month, wanted)
        if {row.draw_id for row in found} != set(draw_ids):
            raise RoundRuleError("期別剛才被別人更改過，請重新確認")
        for row in found:
            self._rounds.move(uow, row.draw_id, _retimed(row, wanted), staff=staff)

    def _planned(self, uow: UnitOfWork, month: str) -> Mapping[Key, PassRound]:
        real = PassRound.draw_id.not_like(f"{REHEARSAL}%")
        query = select(PassRound).where(PassRound.month == month, real, PassRound.phase != Phase.VOID.value)
        rows = uow.session.scalars(query.execution_options(populate_existing=True))
        return {(row.lot, row.kind, row.pass_type): row for row in rows}

    def _counts(self, uow: UnitOfWork, month: str) -> Mapping[str, int]:
        query = select(PassRound.draw_id, func.count().label("live")).join(
            PassEntry, PassEntry.round_id == PassRound.id
        )
        query = query.where(PassRound.month == month, PassEntry.state == LIVE).group_by(PassRound.draw_id)
        return {row.draw_id: row.live for row in uow.connection.execute(query)}


def _row(key: Key, name: str, row: PassRound | None, counts: Mapping[str, int]) -> MonthRow:
    lot, kind, pass_type = key
    if row is None:
        return MonthRow(lot, name, VehicleKind(kind), pass_type)
    return MonthRow(
        lot,
        name,
        VehicleKind(kind),
        pass_type,
        draw_id=row.draw_id,
        steps=row.steps,
        waitlist=row.waitlist,
        limit=row.registration_limit,
        on_shelf=row.on_shelf,
        phase=Phase(row.phase),
        entries=counts.get(row.draw_id, 0),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        draw_at=row.draw_at,
        pay_by=row.pay_by,
        made_at=row.created_at,
    )


def _retimed(row: PassRound, wanted: RoundTimes) -> RoundTimes:
    """A list that is frozen keeps its registration. Raises RoundRuleError."""
    if row.phase == Phase.FROZEN:
        return replace(wanted, opens_at=row.opens_at, closes_at=row.closes_at)
    return wanted


def _month_before(month: str) -> str:
    return (first_day(month) - timedelta(days=1)).strftime("%Y-%m")


def month_after(day: datetime) -> str:
    """The month of use whose registration falls in this day's month."""
    return (day.replace(day=1) + timedelta(days=31)).strftime("%Y-%m")
