"""Calendar months of the city: what a monthly figure is counted over. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domain.clock import TAIPEI

_WRITTEN = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
YEAR = 12  # months


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month in Taiwan, whatever zone the database or a browser is in."""

    year: int
    number: int  # 1 to 12

    @classmethod
    def parse(cls, text: str) -> Self:
        """The month of "2026-11". Raises ValueError."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f"{text[:10]!r} is no month like 2026-11")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """The month in which an aware moment falls in Taiwan."""
        local = moment.astimezone(TAIPEI)
        return cls(local.year, local.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def shifted(self, by: int) -> Self:
        """The month so many later; earlier with a negative number."""
        year, before = divmod(self.year * YEAR + self.number - 1 + by, YEAR)
        return type(self)(year, before + 1)

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=TAIPEI)

    @property
    def ends(self) -> datetime:
        """The first moment that is too late."""
        return self.shifted(1).begins
