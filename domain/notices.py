"""Notices (通知): who is told what, when, by which channel. Nothing that the system starts goes past this rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum, IntEnum, StrEnum

from domain.clock import TAIPEI
from domain.slots import Slot

WAKING = Slot(8, 21)  # outside it, 21:00 to 08:00, nothing is sent but floods and answers to what one has just done
DEFAULT_SLOT = Slot(13, 18)  # 停車查詢一站式服務: 繳費提醒, 下午1點至下午6點


class Topic(StrEnum):
    """What a notice is about: the unit of 通知設定."""

    OWN_ACT = "own_act"  # the answer to what the citizen did: a payment, a question that took longer
    ASKED_FOR = "asked_for"  # a reminder that the citizen has asked for, once
    ACCOUNT = "account"  # what others did to the citizen's account or vehicles
    NEW_BILL = "new_bill"
    DUE_SOON = "due_soon"  # in three days or two
    DUE_TOMORROW = "due_tomorrow"  # or today
    OVERDUE = "overdue"  # past its deadline, or dunned (催繳)
    WRITE_OFF = "write_off"  # 銷帳: the agencies have booked a payment
    ROUND = "round"  # a pass round of a lot one follows opens
    DRAW = "draw"  # list published, result, offer: each has a deadline
    PASS_ENDS = "pass_ends"  # noqa: S105 - a monthly pass (月票)
    FLOOD = "flood"
    NEWS = "news"


class Urgency(Enum):
    """How long a notice may wait."""

    AT_ONCE = "at_once"
    WAKING_HOURS = "waking_hours"
    SLOT = "slot"


class Rank(IntEnum):
    """What leaves first when much waits, and what LINE's monthly quota is kept for."""

    FLOOD = 0
    ANSWER = 1  # to what a citizen has said; its reply token lives a minute
    MATTERS = 2  # money, results, one's account
    REMINDER = 3
    NEWS = 4


class Channel(StrEnum):
    """管道: how a citizen wants to be told."""

    LINE = "line"
    SMS = "sms"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a topic is treated. `optional`: the citizen may turn it off; `sms`: worth what an SMS costs."""

    urgency: Urgency
    optional: bool = True
    sms: bool = False
    rank: Rank = Rank.REMINDER


TREATMENTS: Mapping[Topic, Treatment] = {
    Topic.OWN_ACT: Treatment(Urgency.AT_ONCE, optional=False, rank=Rank.MATTERS),
    Topic.ASKED_FOR: Treatment(Urgency.SLOT, optional=False),
    Topic.ACCOUNT: Treatment(Urgency.WAKING_HOURS, optional=False, rank=Rank.MATTERS),
    Topic.NEW_BILL: Treatment(Urgency.SLOT, sms=True),
    Topic.DUE_SOON: Treatment(Urgency.SLOT, sms=True),
    Topic.DUE_TOMORROW: Treatment(Urgency.SLOT, sms=True),
    Topic.OVERDUE: Treatment(Urgency.SLOT, sms=True),
    Topic.WRITE_OFF: Treatment(Urgency.SLOT),
    Topic.ROUND: Treatment(Urgency.SLOT),
    Topic.DRAW: Treatment(Urgency.WAKING_HOURS, optional=False, sms=True, rank=Rank.MATTERS),
    Topic.PASS_ENDS: Treatment(Urgency.SLOT, sms=True),
    Topic.FLOOD: Treatment(Urgency.AT_ONCE, sms=True, rank=Rank.FLOOD),
    Topic.NEWS: Treatment(Urgency.SLOT, rank=Rank.NEWS),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """通知設定 of one citizen; as made: everything, by LINE, in the default slot."""

    off: frozenset[Topic] = field(default_factory=frozenset)
    channel: Channel = Channel.LINE
    slot: Slot = DEFAULT_SLOT

    def wants(self, topic: Topic) -> bool:
        """Whether the citizen is told about this. What is not optional cannot be turned off."""
        return not (TREATMENTS[topic].optional and topic in self.off)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a citizen can be reached: LINE unless they blocked us, SMS with a verified number."""

    line: bool
    sms: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One notice goes out, by one channel at least, not before `send_at`."""

    send_at: datetime
    line: bool
    sms: bool


class Withheld(StrEnum):
    """Why a notice does not go."""

    TURNED_OFF = "turned_off"
    UNREACHABLE = "unreachable"


def decide(
    topic: Topic,
    settings: Settings,
    reach: Reach,
    now: datetime,
    slot: Slot | None = None,
    told_by: Channel | None = None,
) -> Plan | Withheld:
    """Whether, when and how a notice goes.

    `slot`, `told_by`: the vehicle's own, where the notice is about one; else the citizen's. A channel that does not
    reach the citizen gives way to the other. An answer to what the citizen has just done goes by LINE: there they are.
    """
    treatment = TREATMENTS[topic]
    if not settings.wants(topic):
        return Withheld.TURNED_OFF
    send_at = next_moment(treatment.urgency, slot or settings.slot, now)
    if topic is Topic.OWN_ACT:
        return Plan(send_at, line=True, sms=False)
    may_sms = treatment.sms and reach.sms
    channel = told_by or settings.channel
    line = reach.line and (channel is not Channel.SMS or not may_sms)
    sms = may_sms and (channel is not Channel.LINE or not reach.line)
    return Plan(send_at, line, sms) if line or sms else Withheld.UNREACHABLE


def next_moment(urgency: Urgency, slot: Slot, now: datetime) -> datetime:
    """The first moment from `now` on (aware) when something so urgent may go."""
    if urgency is Urgency.AT_ONCE:
        return now
    hours = WAKING if urgency is Urgency.WAKING_HOURS else waking(slot)
    local = now.astimezone(TAIPEI)
    if hours.start <= local.hour < hours.end:
        return now
    day = local.date() if local.hour < hours.start else local.date() + timedelta(days=1)
    return datetime.combine(day, time(hours.start), TAIPEI)


def waking(slot: Slot) -> Slot:
    """The part of a slot in waking hours; all waking hours when it has none."""
    start, end = max(slot.start, WAKING.start), min(slot.end, WAKING.end)
    return Slot(start, end) if start < end else WAKING
