"""The city's time. Everything aware; nobody calls datetime.now() but infra/clock.py."""

from datetime import date, datetime, time, timedelta
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


def days_between(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """When the first of these days begins in Taiwan, and when the last has ended; None is without an end."""
    since = datetime.combine(first, time(), TAIPEI) if first else None
    until = datetime.combine(last + timedelta(days=1), time(), TAIPEI) if last else None
    return since, until
