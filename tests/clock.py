"""A clock that stands still until it is moved."""

from datetime import UTC, datetime, timedelta


class MovableClock:
    """domain.clock.Clock for tests. Starts on an ordinary Wednesday morning in Taipei."""

    def __init__(self, start: datetime = datetime(2026, 7, 15, 1, 30, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def move(self, **by: float) -> datetime:
        """Go on by timedelta's keywords, e.g. move(minutes=5)."""
        self._now += timedelta(**by)
        return self._now

    def set(self, moment: datetime) -> None:
        """Jump to an aware moment."""
        self._now = moment
