"""資格審查: how the check of what an applicant has shown for a plan stands. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Judged(StrEnum):
    """States of one check."""

    WAITING = "waiting"  # for staff
    MORE = "more"  # 補件: for the applicant
    PASSED = "passed"  # 通過
    REFUSED = "refused"  # 不符


VERDICTS = (Judged.PASSED, Judged.MORE, Judged.REFUSED)


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """One photo. `failed`: gone or unreadable; neither kept nor failed: not fetched yet."""

    id: UUID
    sent_at: datetime
    kept: bool
    failed: str | None


@dataclass(frozen=True, slots=True)
class Qualified:
    """One check, as staff see it."""

    entry_id: UUID
    judged: Judged
    asked_at: datetime
    reason: str
    decided_by: str | None
    decided_at: datetime | None
    photos: Sequence[ShownPhoto]
