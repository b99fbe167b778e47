"""繳費紀錄: which payments somebody wants to see, and what is shown of them. Pure."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from domain.clock import TAIPEI
from domain.orderview import Line


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice of payments; what is None is not asked for. A month or a year, never both."""

    month: date | None = None  # its first day, in the city
    year: int | None = None
    fee_item: str | None = None
    plate: str | None = None
    number: str | None = None

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        """From when, and before when, the money came; None: any time."""
        if self.month is not None:
            first = self.month
            after = month_after(first)
        elif self.year is not None:
            first, after = date(self.year, 1, 1), date(self.year + 1, 1, 1)
        else:
            return None
        return _midnight(first), _midnight(after)

    def but(self, **changes: object) -> "Chosen":
        """The same with some of it changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """One payment, with those of its lines that were chosen. Amounts in NT$."""

    order_id: uuid.UUID
    trade_number: str
    provider: str
    paid_at: datetime
    lines: Sequence[Line]
    refunded: int  # of the whole payment, given back

    @property
    def total(self) -> int:
        """What the chosen lines came to."""
        return sum(line.price for line in self.lines)


def month_after(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + 1, 1, 1) if first.month == 12 else first.replace(month=first.month + 1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=TAIPEI)
