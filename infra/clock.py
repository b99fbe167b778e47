"""The one place that reads the machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """The real clock (domain.clock.Clock)."""

    def now(self) -> datetime:
        return datetime.now(UTC)
