"""The city's time. Everything aware; nobody calls datetime.now() but infra/clock.py."""

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

TAIPEI = ZoneInfo("Asia/Taipei")


class Clock(Protocol):
    """Tells the time; tests give one that stands still or is moved."""

    def now(self) -> datetime:
        """The present moment, timezone-aware."""
        ...


def city_date(moment: datetime) -> date:
    """The calendar day in Taiwan of an aware moment."""
    return moment.astimezone(TAIPEI).date()
