"""What reports need of the service desk (客服): the figures of one month, by reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from domain.months import Month
from infra.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReasonFigures:
    """The cases of one reason that were opened in a month. Times are medians; None where there is none yet."""

    reason: str  # in words
    cases: int
    closed: int
    first_answer: timedelta | None
    closing: timedelta | None
    satisfied: int  # 滿意
    unsatisfied: int  # 不滿意


class DeskFigures(Protocol):
    """Counts them."""

    def __call__(self, uow: UnitOfWork, month: Month) -> Sequence[ReasonFigures]:
        """By reason, the most frequent first."""
        ...
