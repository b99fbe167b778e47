"""註銷: what ends with it, and what must be finished first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# What is kept locked for a payment or a refund is kept so long at the most; then staff settle it without the person.
KEPT_AT_MOST = timedelta(days=180)
# Messages on their way are waited for so long; erasing does not depend on LINE's answering.
LAST_WORDS = timedelta(hours=1)


class Unfinished(StrEnum):
    """Why data are kept for a while after 註銷."""

    PAYMENT = "payment"  # an attempt is under way, or nobody knows yet how it ended
    REFUND = "refund"  # money of theirs is to be given back
    ENTRY = "entry"  # an entry in a frozen draw, until its complaint period has ended


@dataclass(frozen=True, slots=True)
class Ending:
    """What 註銷 would end for one citizen."""

    registered: bool
    vehicles: int
    paperless: int  # of these vehicles, with 開單無紙化 by this citizen
    saved_bills: int
    entries: int  # applications for passes that are still open to be withdrawn
    unfinished: Sequence[Unfinished]
    identifiers: int = 0  # 水號、電號


@dataclass(frozen=True, slots=True)
class Left:
    """註銷 as it stands: erased when nothing is unfinished, at `keep_until` at the latest."""

    asked_at: datetime
    keep_until: datetime
    unfinished: Sequence[Unfinished]
