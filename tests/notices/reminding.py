"""The job of reminders, and what came of it."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine

from bot.message import spoken
from infra.database import UnitOfWorkFactory
from services.reminders import Reminders
from tests.clock import MovableClock
from tests.flow import Flow
from tests.handlers.registered import told

TODAY = date(2026, 11, 22)  # the day after the bindings: services begin tomorrow
MORNING = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 10:00 in Taiwan
AFTERNOON = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)  # 13:30, within the default slot


class Reminding:
    """Runs it at the moments a test names."""

    def __init__(self, units: UnitOfWorkFactory, engine: Engine, clock: MovableClock, services: Any) -> None:
        given = (services[name] for name in ("notice_rules", "notices", "orders", "links"))
        self.reminders = Reminders(services["vehicles"].rules.slots, *given, clock)
        self.units, self.engine, self.clock = units, engine, clock

    def at(self, moment: datetime) -> None:
        """Run at this moment, twice: the second finds nothing left to do for anybody."""
        self.clock.set(moment)
        self.reminders.remind(self.units)
        assert self.reminders.remind(self.units) == 0

    def news_at(self, moment: datetime) -> int:
        """Tell at this moment who may be told at once; how many citizens were looked at."""
        self.clock.set(moment)
        return self.reminders.tell_news(self.units)

    def told(self, flow: Flow) -> list[str]:
        """What lock screens showed this citizen of bills, the first first."""
        shown = (spoken(answer.messages[0]) for answer in told(self.engine, flow))
        return [words for words in shown if "待繳" in words]
