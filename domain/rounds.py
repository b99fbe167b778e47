"""Rounds (抽籤期別) of monthly passes: what they are named, when their steps happen, which phase follows which."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from domain.clock import TAIPEI
from domain.draw import coding
from domain.draw.announcement import NOTICE_TIME
from domain.draw.steps import ANY, Step, parse_steps, places, steps_text
from domain.vehicles import VehicleKind

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
OFFER_LIFE = timedelta(days=2)  # 備取繳費期限, unless staff say otherwise


class RoundRuleError(ValueError):
    """What a round cannot be; says why, for staff."""


class Phase(StrEnum):
    """How far a round is. Whether registration is open is a matter of its times, while it is `open`."""

    OPEN = "open"
    FROZEN = "frozen"  # the list is fixed
    ANNOUNCED = "announced"  # the announcement is public: nothing of it changes any more
    DRAWN = "drawn"
    PUBLISHED = "published"
    VOID = "void"  # by a written decision of 政風; the files stay


PHASE_NAMES: Mapping[Phase, str] = {
    Phase.OPEN: "登記",
    Phase.FROZEN: "已截止",
    Phase.ANNOUNCED: "已公告清單",
    Phase.DRAWN: "已抽籤",
    Phase.PUBLISHED: "已公布結果",
    Phase.VOID: "作廢",
}
_NEXT: Mapping[Phase, frozenset[Phase]] = {
    Phase.OPEN: frozenset({Phase.FROZEN, Phase.VOID}),
    Phase.FROZEN: frozenset({Phase.ANNOUNCED, Phase.VOID}),
    Phase.ANNOUNCED: frozenset({Phase.DRAWN, Phase.VOID}),
    Phase.DRAWN: frozenset({Phase.PUBLISHED, Phase.VOID}),
    Phase.PUBLISHED: frozenset(),
    Phase.VOID: frozenset(),
}


def move_phase(now: Phase, to: Phase) -> Phase:
    """The round's next phase. Raises RoundRuleError."""
    if to not in _NEXT[now]:
        raise RoundRuleError(f"這一期的狀態是「{PHASE_NAMES[now]}」，不能改為「{PHASE_NAMES[to]}」")
    return to


@dataclass(frozen=True, slots=True)
class RoundTimes:
    """When the steps of a round happen; all aware. A deadline is the first moment that is too late."""

    opens_at: datetime
    closes_at: datetime  # also the freeze, sharp
    draw_at: datetime
    pay_by: datetime

    def __post_init__(self) -> None:
        if not self.opens_at < self.closes_at <= self.draw_at - NOTICE_TIME < self.draw_at < self.pay_by:
            raise RoundRuleError("時間的先後不正確：登記開始、登記結束、至少 10 分鐘後抽籤、繳費期限")
        if any(moment.microsecond for moment in (self.closes_at, self.draw_at)):
            raise RoundRuleError("登記結束與抽籤的時間需要是整秒")


@dataclass(frozen=True, slots=True)
class MonthDefaults:
    """Days and hours of the draw month, as the city publishes them; the last is midnight after the day."""

    opens: tuple[int, time] = (5, time(7))
    closes: tuple[int, time] = (20, time(14))
    draw: tuple[int, time] = (20, time(15))
    pay_last_day: int = 23


def default_times(month: str, defaults: MonthDefaults = MonthDefaults()) -> RoundTimes:
    """The times of a round for a month of use: everything happens in the month before. Raises RoundRuleError."""
    first = first_day(month)
    draw_month = (first - timedelta(days=1)).replace(day=1)

    def at(day: int, hour: time) -> datetime:
        return datetime.combine(draw_month.replace(day=day), hour, TAIPEI)

    last = draw_month.replace(day=defaults.pay_last_day) + timedelta(days=1)
    return RoundTimes(
        at(*defaults.opens), at(*defaults.closes), at(*defaults.draw), datetime.combine(last, time(), TAIPEI)
    )


def first_day(month: str) -> date:
    """The first day of "2027-01". Raises RoundRuleError."""
    match = _MONTH.fullmatch(month)
    if match is None:
        raise RoundRuleError(f"月份「{month[:10]}」不正確，格式為 2027-01")
    return date(int(match[1]), int(match[2]), 1)


def last_day(month: str) -> date:
    """The last day of a month."""
    return (first_day(month) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def draw_id(month: str, lot: str, kind: VehicleKind, pass_type: str, *, rehearsal: bool = False) -> str:
    """The draw's name: month of use, lot, vehicle kind, pass type. Raises RoundRuleError when it is none."""
    first_day(month)
    name = f"{coding.REHEARSAL if rehearsal else ''}{month}/{lot}/{kind.value}/{pass_type}"
    try:
        return coding.draw_id(name)
    except coding.DrawFileError as error:
        raise RoundRuleError(f"抽籤代號「{name}」不正確（{error}）") from None


def checked_steps(text: str) -> str:
    """Steps that staff typed. Raises RoundRuleError."""
    try:
        return steps_text(parse_steps(text))
    except coding.DrawFileError as error:
        raise RoundRuleError(f"張數「{text[:40]}」不正確，請輸入數字，或 L:5,*:95 這樣的保留名額（{error}）") from None


def with_more_places(steps: str, more: int) -> str:
    """Steps to which places unsold in the 優先購買 window are added, open to all."""
    *before, last = parse_steps(steps)
    return steps_text([*before, Step(ANY, last.quota + more)])


def end_of_offer(now: datetime, life: timedelta) -> datetime:
    """Until when an offer made now stands (備取繳費期限): 24:00 of its last day."""
    last = now.astimezone(TAIPEI).date() + life
    return datetime.combine(last + timedelta(days=1), time(), TAIPEI)


def places_of(steps: str) -> int:
    """How many can win."""
    return places(parse_steps(steps))


@dataclass(frozen=True, slots=True)
class OfficeCalendar:
    """Days that staff keep: holidays and typhoon days (False), 補班日 (True). Others are as the week has them."""

    days: Mapping[date, bool]

    def works(self, day: date) -> bool:
        """Whether the city's offices are open."""
        return self.days.get(day, day.weekday() < 5)

    def next_working_day(self, after: date) -> date:
        """The first working day later than `after`."""
        day = after + timedelta(days=1)
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def on_holidays(self, times: RoundTimes) -> list[str]:
        """Names of the steps that fall on a day off, for a warning: staff decide, no step moves by itself."""
        steps = {"opens_at": times.opens_at, "closes_at": times.closes_at, "draw_at": times.draw_at}
        last = times.pay_by - timedelta(microseconds=1)
        return [name for name, at in {**steps, "pay_by": last}.items() if not self.works(at.astimezone(TAIPEI).date())]

    def postponed(self, times: RoundTimes) -> RoundTimes:
        """The announcement was missed: the next working day at the same hour, the pay deadline as much later (§2.4)."""
        local = times.draw_at.astimezone(TAIPEI)
        draw_at = datetime.combine(self.next_working_day(local.date()), local.timetz())
        return replace(times, draw_at=draw_at, pay_by=times.pay_by + (draw_at - times.draw_at))
