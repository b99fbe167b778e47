"""Campaigns (群發): to whom something is told at once, what that takes, and what became of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

AREA = "area:"


@dataclass(frozen=True, slots=True)
class Quota:
    """LINE's messages of this month: `limit` None is a plan without one. `promised`: what waits in our outbox."""

    limit: int | None
    used: int
    promised: int = 0

    def free(self, reserve_percent: int) -> int | None:
        """What announcements may use: the rest but a reserve for money, results and floods. None: as much as they
        like."""
        if self.limit is None:
            return None
        reserve = self.limit * reserve_percent // 100
        return max(0, self.limit - self.used - self.promised - reserve)


@dataclass(frozen=True, slots=True)
class SendingRules:
    """config/sending.toml: what sending costs, and what is kept back."""

    reserve_percent: int  # of LINE's month, kept from announcements
    line_per_hundred: int  # NT$ for 100 messages by LINE
    sms_per_hundred_parts: int  # NT$

    def cost(self, line: int, sms_parts: int) -> int:
        """NT$, rounded up."""
        return -(-(line * self.line_per_hundred + sms_parts * self.sms_per_hundred_parts) // 100)


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would be told, before anybody is."""

    asked: int  # people in the audience
    line: int  # of them by LINE
    sms: int  # of them by SMS; some by both
    sms_parts: int
    cost: int  # NT$

    @property
    def told(self) -> bool:
        """Whether it reaches anybody."""
        return bool(self.line or self.sms)


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a campaign. LINE tells that it took a message, never that somebody got it."""

    people: int = 0
    line_waiting: int = 0
    line_sent: int = 0
    line_failed: Mapping[str, int] = field(default_factory=dict)  # by reason
    sms_waiting: int = 0
    sms_sent: int = 0
    sms_delivered: int = 0  # of those sent, as their gateway says
    sms_failed: Mapping[str, int] = field(default_factory=dict)
    sms_parts: int = 0
    cost: int = 0  # NT$

    @property
    def over(self) -> bool:
        """Whether nothing of it waits any longer."""
        return not (self.line_waiting or self.sms_waiting)


class NotEnoughQuotaError(Exception):
    """LINE's month would not have enough left for what matters more."""

    def __init__(self, needed: int, free: int) -> None:
        super().__init__(f"{needed} messages are needed, {free} are free for announcements this month")
        self.needed = needed
        self.free = free


class ToldLatelyError(Exception):
    """The same announcement went to the same people a moment ago: a button pressed twice."""
