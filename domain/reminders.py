"""繳費提醒: of which of the states of a bill its owner is told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from domain.bills import PayableKey
from domain.feeitems import PARKING
from domain.notices import Topic

# Days from today to the deadline, first and last, of each state; None is without end. Told once each.
DAYS: Mapping[Topic, tuple[int | None, int | None]] = {
    Topic.OVERDUE: (None, -1),
    Topic.DUE_TOMORROW: (0, 1),  # also today: yesterday's slot may have been missed, or the bill came late
    Topic.DUE_SOON: (2, 3),
    Topic.NEW_BILL: (4, None),
}
URGENCY = tuple(DAYS)  # the most urgent first
FIRST_DAYS = (-3, -1, 1)  # days from the deadline on which a bill enters another of these states


def topic_of(deadline: date | None, today: date, *, dunned: bool = False) -> Topic:
    """What a bill is told as today. One without deadline is new; a dunning notice (催繳) is overdue by its nature."""
    if dunned:
        return Topic.OVERDUE
    if deadline is None:
        return Topic.NEW_BILL
    days = (deadline - today).days
    return next(
        topic
        for topic, (first, last) in DAYS.items()
        if (first is None or first <= days) and (last is None or days <= last)
    )


def deadlines(topic: Topic, today: date) -> tuple[date | None, date | None]:
    """The first and last deadline that are told as this topic today; None: without end."""
    first, last = (days if days is None else today + timedelta(days=days) for days in DAYS[topic])
    return first, last


@dataclass(frozen=True, slots=True)
class Fact:
    """One bill in one state."""

    topic: Topic
    key: PayableKey
    deadline: date | None
    amount: int  # NT$, what is to be paid now
    fee_item: str = PARKING

    @property
    def id(self) -> str:
        """What makes it the same fact: a bill whose deadline was moved is to be told again."""
        return f"{self.topic}:{self.key}:{self.deadline or ''}"
