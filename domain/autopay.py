"""代繳: the one firm that holds a plate's automatic payment at a city's lots, and how to change it. Pure.

Facts and words are those of 「台北市公有停車場車號綁定失敗」, a payment firm's help page: one plate, one firm; it is
released by the firm that holds it; the office's system needs one to two days until another may bind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.reader import Language


@dataclass(frozen=True, slots=True)
class HolderReport:
    """What an agency last reported of a plate. `holder`: the firm's key; None: no firm since then."""

    agency_name: str
    holder: str | None
    since: datetime
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Firm:
    """A payment firm. `page`, `phone`: how to leave it; "" where no source says."""

    zh: str
    en: str
    page: str = ""
    phone: str = ""

    def name(self, language: Language) -> str:
        """What it is called."""
        return self.en if language is Language.EN else self.zh


@dataclass(frozen=True, slots=True)
class AutopayRules:
    """config/autopay.toml. `guide`: how to leave each firm; `official`: where the city says who holds a plate."""

    firms: Mapping[str, Firm]
    guide: str
    official: str
    first_day: int  # days after leaving on which one can bind again, at the soonest and
    last_day: int  # at the latest
    stale_after: timedelta  # a report so old is said to be old

    def firm(self, key: str) -> Firm:
        """The firm of a key; one without an entry goes by its key, never by a guess."""
        return self.firms.get(key) or Firm(key, key)

    def is_stale(self, report: HolderReport, now: datetime) -> bool:
        """Whether a report is so old that it may no longer hold."""
        return now - report.reported_at > self.stale_after
