"""Reminders of passes: to pay before the deadline of a place, and that a pass ends. Each once; none of what is paid.

What is owed is read when it is told, and told only in waking hours, so that nothing waits rendered. Rehearsals are led
by hand and remind nobody.
"""

import uuid
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import func, select

from domain.clock import Clock, city_date
from domain.draw import coding
from domain.draw.listing import Removal
from domain.notices import DEFAULT_SLOT, Urgency, next_moment
from domain.ports.notices import Notices
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.draw import Seat
from models.notice import NoticeRow
from models.passes import PassEntry, PassRound
from services.draws.telling import Telling, What
from services.orderbook import database_now
from services.passes import rights
from services.passes.board import PassBoard
from services.passes.readers import HAS_READER, reader_of
from services.passes.rules import PassRules

AT_ONCE = 500  # entries of one run

log = structlog.get_logger(__name__)


class PassReminders:
    """For the schedule. wiring gives the rules, how entries stand, the telling of draws, the notices and the clock."""

    def __init__(self, rules: PassRules, board: PassBoard, telling: Telling, notices: Notices, clock: Clock) -> None:
        self._rules = rules
        self._board = board
        self._telling = telling
        self._notices = notices
        self._clock = clock

    def pay_soon(self, units: UnitOfWorkFactory) -> int:
        """繳費提醒 to whoever's deadline comes near; says to how many. Who is paying this moment is left alone."""
        if next_moment(Urgency.WAKING_HOURS, DEFAULT_SLOT, self._clock.now()) > self._clock.now():
            return 0
        with units() as uow:
            due = self._due(uow)
        return self._each(units, due, self._tell_to_pay)

    def ending(self, units: UnitOfWorkFactory) -> int:
        """月票到期提醒 to whoever's pass ends within days; says to how many."""
        with units() as uow:
            ends = self._ends(uow)
        return self._each(units, ends, self._tell_end)

    def _each(
        self, units: UnitOfWorkFactory, entries: Sequence[uuid.UUID], tell: Callable[[UnitOfWork, uuid.UUID], bool]
    ) -> int:
        told = 0
        for entry_id in entries:
            try:
                with units() as uow:
                    told += tell(uow, entry_id)
            except Exception as error:  # one citizen's trouble is not everybody's; the next run tries again
                log.error("pass_reminder_failed", entry=str(entry_id), exc_info=error)
        return told

    def _due(self, uow: UnitOfWork) -> Sequence[uuid.UUID]:
        told = select(NoticeRow.dedupe_key).where(
            NoticeRow.dedupe_key == func.concat(f"pass:{What.REMINDER}:", PassEntry.id, ":", func.date(Seat.pay_by))
        )
        found = (
            select(PassEntry.id)
            .join(Seat, Seat.entry_id == PassEntry.id)
            .join(PassRound, PassRound.id == Seat.round_id)
            .where(Seat.state == rights.OFFERED, Seat.pay_by > func.now())
            .where(Seat.pay_by <= func.now() + self._rules.reminded_before)
            .where(HAS_READER, ~PassRound.draw_id.startswith(coding.REHEARSAL), ~told.exists())
        )
        return uow.session.scalars(found.order_by(Seat.pay_by).limit(AT_ONCE)).all()

    def _tell_to_pay(self, uow: UnitOfWork, entry_id: uuid.UUID) -> bool:
        seat = rights.held(uow, entry_id, database_now(uow))
        if seat is None or seat.pay_by is None or rights.under_way(uow, [entry_id]):
            return False
        row = uow.session.get_one(PassRound, seat.round_id)
        again = f":{uow.session.scalar(select(func.date(seat.pay_by)))}"  # a later deadline is another reminder
        self._telling.tell_one(uow, row.draw_id, What.REMINDER, entry_id, again=again)
        return True

    def _ends(self, uow: UnitOfWork) -> Sequence[uuid.UUID]:
        today = city_date(self._clock.now())
        told = select(NoticeRow.dedupe_key).where(NoticeRow.dedupe_key == func.concat("pass:ends:", PassEntry.id))
        paid = select(Seat.entry_id).where(Seat.state == rights.PAID, Seat.entry_id.is_not(None))
        bought = PassEntry.state == Removal.BOUGHT_FIRST.value
        found = (
            select(PassEntry.id)
            .join(PassRound, PassRound.id == PassEntry.round_id)
            .where(PassRound.ends_on >= today, PassRound.ends_on < today + self._rules.ending_before)
            .where(PassEntry.id.in_(paid) | bought, HAS_READER)
            .where(~PassRound.draw_id.startswith(coding.REHEARSAL), ~told.exists())
        )
        return uow.session.scalars(found.limit(AT_ONCE)).all()

    def _tell_end(self, uow: UnitOfWork, entry_id: uuid.UUID) -> bool:
        entry = uow.session.get_one(PassEntry, entry_id)
        reader = reader_of(uow, entry)
        if reader is None:
            return False
        self._notices.post(
            uow,
            "pass_ends",
            channel=reader[0],
            citizen=reader[1],
            dedupe_key=f"pass:ends:{entry_id}",
            data={"standing": self._board.standing(uow, entry), "today": city_date(self._clock.now())},
        )
        return True
