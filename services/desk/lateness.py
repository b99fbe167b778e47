"""Cases that have waited for an answer longer than the desk promises: on the pages of staff, and an alarm."""

import uuid
from collections.abc import Mapping
from datetime import datetime

import structlog
from sqlalchemy import select

from domain.desk import DeskRules, Sender, ThreadState
from infra import metrics
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.thread import ThreadRow
from services.orderbook import database_now
from services.passes.office_days import OfficeDays

log = structlog.get_logger(__name__)


class Lateness:
    """wiring gives config/desk.toml and the office calendar."""

    def __init__(self, rules: DeskRules, office_days: OfficeDays) -> None:
        self._rules = rules
        self._office_days = office_days

    def late(self, uow: UnitOfWork) -> Mapping[uuid.UUID, datetime]:
        """Every case whose answer is overdue, and until when it was to be given; the oldest first."""
        calendar, now = self._office_days.calendar(uow), database_now(uow)
        waiting = select(ThreadRow.id, ThreadRow.waiting_since).where(
            ThreadRow.waiting_since.is_not(None),
            ThreadRow.state == ThreadState.OPEN.value,
            ThreadRow.last_by == Sender.CITIZEN.value,
        )
        rows = uow.connection.execute(waiting.order_by(ThreadRow.waiting_since, ThreadRow.id))
        due = {row.id: self._rules.due(row.waiting_since, calendar) for row in rows}
        return {thread: until for thread, until in due.items() if until <= now}

    def measure(self, units: UnitOfWorkFactory) -> None:
        """How many there are into the metrics, and while there are any one line into the log. For the schedule."""
        with units() as uow:
            late, now = self.late(uow), database_now(uow)
        metrics.CASES_LATE.set(len(late))
        if late:
            hours = (now - min(late.values())).total_seconds() / 3600
            log.error("cases_unanswered", cases=len(late), overdue_hours=round(hours, 1))
