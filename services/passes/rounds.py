"""Rounds (抽籤期別): planned with the month's default times, moved by staff while nothing is announced."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from domain import rounds
from domain.draw import coding
from domain.draw.announcement import Source
from domain.rounds import PHASE_NAMES, OfficeCalendar, Phase, RoundRuleError, RoundTimes
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.passes import OfficeDay, PassRound
from services import audit
from services.orderbook import database_now
from services.passes.lots import Lots
from services.passes.rules import PassRules

SHOWN = 300  # rounds on one page: eight years of three kinds in one lot, a month of a hundred lots


@dataclass(frozen=True, slots=True)
class NewRound:
    """What staff decide when they plan a round."""

    month: str  # of use, 2027-01
    lot: str
    kind: VehicleKind
    pass_type: str
    steps: str
    waitlist: int | None = None  # None: all
    source: Source = Source.DRAND
    times: RoundTimes | None = None  # None: the month's defaults
    rehearsal: bool = False
    limit: int | None = None  # 登記限制; None: as config/passes.toml has it


class Rounds:
    """Staff plan and move rounds; everybody else reads them."""

    def __init__(self, rules: PassRules, lots: Lots) -> None:
        self._rules = rules
        self._lots = lots

    def plan(self, uow: UnitOfWork, new: NewRound, *, staff: str) -> PassRound:
        """A new round. Raises RoundRuleError: lot, type or month unknown, no place, or there is one already."""
        self._lots.require(uow, new.lot)
        if new.pass_type not in self._rules.pass_types:
            raise RoundRuleError(f"沒有票種 {new.pass_type}")
        if not self._lots.plans(uow, new.lot, new.kind, new.pass_type):
            raise RoundRuleError(f"停車場 {new.lot} 沒有這個車種與票種的價格")
        name = rounds.draw_id(new.month, new.lot, new.kind, new.pass_type, rehearsal=new.rehearsal)
        if uow.session.scalar(select(PassRound.id).where(PassRound.draw_id == name)) is not None:
            raise RoundRuleError(f"{name} 已經設定過")
        times = new.times or rounds.default_times(new.month, self._rules.schedule)
        row = PassRound(
            id=uuid.uuid4(),
            draw_id=name,
            lot=new.lot,
            kind=new.kind.value,
            pass_type=new.pass_type,
            month=new.month,
            starts_on=rounds.first_day(new.month),
            ends_on=rounds.last_day(new.month),
            opens_at=times.opens_at,
            closes_at=times.closes_at,
            draw_at=times.draw_at,
            pay_by=times.pay_by,
            steps=rounds.checked_steps(new.steps),
            waitlist=new.waitlist,
            source=new.source.value,
            registration_limit=new.limit or self._rules.registration_limit,
        )
        uow.session.add(row)
        uow.session.flush()
        uow.session.refresh(row)
        note(uow, "round.planned", row, staff, {"steps": row.steps})
        return row

    def find(self, uow: UnitOfWork, draw_id: str) -> PassRound:
        """The round of a draw_id. Raises RoundRuleError."""
        return read_round(uow, draw_id, lock=False)

    def locked(self, uow: UnitOfWork, draw_id: str) -> PassRound:
        """The same under its lock, until the transaction ends. Raises RoundRuleError."""
        return read_round(uow, draw_id, lock=True)

    def all(self, uow: UnitOfWork) -> Sequence[PassRound]:
        """Every round, the newest month first."""
        order = (PassRound.month.desc(), PassRound.draw_id)
        return uow.session.scalars(select(PassRound).order_by(*order).execution_options(populate_existing=True)).all()

    def listed(self, uow: UnitOfWork, lots: Collection[str] | None, **named: str) -> Sequence[PassRound]:
        """Rounds of these lots (None: all), the newest month first, at most SHOWN. `named`: lot, month, kind, pass_type
        that they are of; "" is any.
        """
        query = select(PassRound).where(*(getattr(PassRound, name) == of for name, of in named.items() if of))
        if lots is not None:
            query = query.where(PassRound.lot.in_(lots))
        order = (PassRound.month.desc(), PassRound.draw_id)
        return uow.session.scalars(query.order_by(*order).limit(SHOWN)).all()

    def move(self, uow: UnitOfWork, draw_id: str, times: RoundTimes, *, staff: str) -> Sequence[str]:
        """Other times, while nothing is announced; returns the steps that fall on a day off.

        Once frozen, only the draw and the pay deadline can move. Raises RoundRuleError.
        """
        row = self.locked(uow, draw_id)
        self._require_unannounced(row)
        if row.phase == Phase.FROZEN and (times.opens_at, times.closes_at) != (row.opens_at, row.closes_at):
            raise RoundRuleError("登記清單已截止，登記時間不能再更改")
        row.opens_at, row.closes_at = times.opens_at, times.closes_at
        row.draw_at, row.pay_by = times.draw_at, times.pay_by
        note(uow, "round.moved", row, staff, {"draw_at": row.draw_at.isoformat()})
        return self.calendar(uow).on_holidays(times)

    def set_places(self, uow: UnitOfWork, draw_id: str, steps: str, waitlist: int | None, *, staff: str) -> None:
        """設定車位數, while nothing is announced. Raises RoundRuleError."""
        row = self.locked(uow, draw_id)
        self._require_unannounced(row)
        row.steps, row.waitlist = rounds.checked_steps(steps), waitlist
        note(uow, "round.places", row, staff, {"steps": row.steps, "waitlist": waitlist})

    def set_limit(self, uow: UnitOfWork, draw_id: str, limit: int, *, staff: str) -> None:
        """登記限制 while registration goes on; entries beyond a lower one stay. Raises RoundRuleError."""
        row = self.locked(uow, draw_id)
        if row.phase != Phase.OPEN or limit < 1:
            raise RoundRuleError("登記限制只能在登記截止前更改，至少 1 件")
        row.registration_limit = limit
        note(uow, "round.limit", row, staff, {"limit": limit})

    def set_shelf(self, uow: UnitOfWork, draw_id: str, *, on_shelf: bool, staff: str) -> None:
        """上下架: a round taken down is not offered; what was applied for stays. Raises RoundRuleError."""
        row = self.locked(uow, draw_id)
        row.on_shelf = on_shelf
        note(uow, "round.shelf", row, staff, {"on_shelf": on_shelf})

    def set_clock(self, uow: UnitOfWork, draw_id: str, moment: datetime, *, staff: str) -> None:
        """Let a rehearsal (演練) live at another time from now on. Raises RoundRuleError for any other round."""
        row = self.locked(uow, draw_id)
        if not coding.is_rehearsal(row.draw_id):
            raise RoundRuleError("只有演練可以有自己的時鐘")
        row.clock_shift = moment - database_now(uow)
        note(uow, "round.clock", row, staff, {"at": moment.isoformat()})

    def void(self, uow: UnitOfWork, draw_id: str, decision: str, *, staff: str) -> None:
        """End a round by a written decision of 政風; its files stay public. Raises RoundRuleError."""
        row = self.locked(uow, draw_id)
        row.phase = rounds.move_phase(Phase(row.phase), Phase.VOID)
        note(uow, "round.void", row, staff, {"decision": decision})

    def calendar(self, uow: UnitOfWork) -> OfficeCalendar:
        """The office calendar as staff keep it."""
        return OfficeCalendar({row.day: row.works for row in uow.session.scalars(select(OfficeDay))})

    def _require_unannounced(self, row: PassRound) -> None:
        if row.phase not in (Phase.OPEN, Phase.FROZEN):
            raise RoundRuleError(f"這一期的狀態是「{PHASE_NAMES[Phase(row.phase)]}」，公告的內容不能再更改")


def round_now(uow: UnitOfWork, row: PassRound) -> datetime:
    """The round's own present: the database's, and for a rehearsal as far away as its clock was set."""
    return database_now(uow) + row.clock_shift


def times_of(row: PassRound) -> RoundTimes:
    """When the round's steps happen."""
    return RoundTimes(row.opens_at, row.closes_at, row.draw_at, row.pay_by)


def in_round_time(row: PassRound, moment: datetime) -> datetime:
    """A real moment on the round's own clock."""
    shift: timedelta = row.clock_shift
    return moment + shift


def note(
    uow: UnitOfWork,
    action: str,
    row: PassRound,
    actor: str,
    detail: Mapping[str, str | int | bool | None] | None = None,
) -> None:
    """An audit row about a round."""
    audit.write(uow, action, actor=actor, subject_type="round", subject_id=row.draw_id, detail=detail)


def read_round(uow: UnitOfWork, draw_id: str, *, lock: bool) -> PassRound:
    """The round of a draw_id, locked until the transaction ends or not. Raises RoundRuleError."""
    found = select(PassRound).where(PassRound.draw_id == draw_id).execution_options(populate_existing=True)
    row = uow.session.scalar(found.with_for_update() if lock else found)
    if row is None:
        raise RoundRuleError(f"沒有這一期：{draw_id}")
    return row
