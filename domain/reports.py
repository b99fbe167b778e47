"""Reports (報表): a table with its total, and the bars that show it. Pure; drawing them is the page's matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.months import Month

NONE = "—"  # nothing to compare with
MOST_BARS = 24  # longer charts say less than their table
Cell = str | int


@dataclass(frozen=True, slots=True)
class Column:
    """`number`: set to the right, with thousands."""

    name: str
    number: bool = True


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: how long it is, and the words that say the same."""

    label: str
    value: Decimal | int
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars on one scale that begins at zero. `whole`: the value of the whole width; None: the longest bar's."""

    title: str
    bars: Sequence[Bar]
    whole: int | None = None

    @property
    def told(self) -> str:
        """The whole chart in words, for those who do not see it."""
        return "；".join(f"{bar.label} {bar.words}" for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Report:
    """One report of one month. Amounts in NT$."""

    title: str
    month: Month
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()  # as long as a row, or nothing
    chart: Chart | None = None
    notes: Sequence[str] = ()  # what is counted and what is not

    @property
    def lines(self) -> Sequence[Sequence[Cell]]:
        """The rows with their total."""
        return [*self.rows, self.total] if self.rows and self.total else self.rows


def percent(part: Decimal | int, whole: Decimal | int) -> str:
    """A share to one decimal, halves away from zero: 12.5%. NONE of nothing."""
    if not whole:
        return NONE
    return f"{(Decimal(part) * 100 / Decimal(whole)).quantize(Decimal('0.1'), ROUND_HALF_UP):,}%"


def growth(now: int, before: int) -> str:
    """How much more or less than before: 增 12.5%, 減 3.0%; in words, which no sheet takes for a formula.

    NONE where there was nothing before.
    """
    if now == before or not before:
        return percent(0, before)
    return f"{'增' if now > before else '減'} {percent(abs(now - before), before)}"
