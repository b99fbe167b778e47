"""Time slots (時段): the hours of the city's day in which a reminder may go."""

import re
from dataclasses import dataclass

_KEY = re.compile(r"([0-9]{2})-([0-9]{2})")
LAST_HOUR = 24


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """From `start` o'clock until `end` o'clock, Taiwan time, within one day."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= LAST_HOUR:
            raise ValueError(f"no slot of a day: {self.start} to {self.end}")

    @property
    def key(self) -> str:
        """As stored and as buttons carry it: "13-18"."""
        return f"{self.start:02}-{self.end:02}"

    @property
    def hours(self) -> str:
        """As people read it, in every language: "13:00–18:00"."""
        return f"{self.start:02}:00–{self.end:02}:00"

    @classmethod
    def parse(cls, key: str) -> "Slot":
        """The reverse of `key`. Raises ValueError."""
        match = _KEY.fullmatch(key) if key.isascii() else None
        if match is None:
            raise ValueError(f"no slot: {key!r}")
        return cls(int(match[1]), int(match[2]))
