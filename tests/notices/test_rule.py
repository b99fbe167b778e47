"""The rule of domain.notices: who gets what, when, by which channel, whatever was chosen and whenever it is."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import TAIPEI
from domain.notices import (
    DEFAULT_SLOT,
    TREATMENTS,
    WAKING,
    Channel,
    Plan,
    Reach,
    Settings,
    Topic,
    Urgency,
    Withheld,
    decide,
    waking,
)
from domain.slots import Slot

SLOTS = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda pair: pair[0] < pair[1]).map(lambda p: Slot(*p))
MOMENTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 - Hypothesis wants the limits naive, and adds a zone of any offset
    datetime(2028, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)
TOPICS = st.sampled_from(list(Topic))
SETTINGS = st.builds(Settings, st.frozensets(TOPICS), st.sampled_from(list(Channel)), SLOTS)
REACHES = st.builds(Reach, st.booleans(), st.booleans())


@given(TOPICS, SETTINGS, REACHES, MOMENTS, SLOTS | st.none())
def test_when(topic: Topic, settings: Settings, reach: Reach, now: datetime, own: Slot | None) -> None:
    plan = decide(topic, settings, reach, now, own)
    if isinstance(plan, Withheld):
        return
    urgency, there = TREATMENTS[topic].urgency, plan.send_at.astimezone(TAIPEI)
    assert now <= plan.send_at < now + timedelta(days=1)
    if urgency is Urgency.AT_ONCE:
        assert plan.send_at == now
        return
    assert 8 <= there.hour < 21, "the city sleeps"
    hours = waking(own or settings.slot) if urgency is Urgency.SLOT else WAKING
    assert hours.start <= there.hour < hours.end
    if hours.start <= now.astimezone(TAIPEI).hour < hours.end:
        assert plan.send_at == now, "nothing waits that may go"
    else:
        assert (there.hour, there.minute) == (hours.start, 0), "and what waits goes first thing"


@given(TOPICS, SETTINGS, REACHES, MOMENTS)
def test_whether(topic: Topic, settings: Settings, reach: Reach, now: datetime) -> None:
    plan = decide(topic, settings, reach, now)
    wanted = topic not in settings.off or not TREATMENTS[topic].optional
    reached = topic is Topic.OWN_ACT or reach.line or (reach.sms and TREATMENTS[topic].sms)
    assert isinstance(plan, Plan) == (wanted and reached)
    if not wanted:
        assert plan is Withheld.TURNED_OFF


@given(TOPICS, SETTINGS, REACHES, MOMENTS)
def test_by_which_channel(topic: Topic, settings: Settings, reach: Reach, now: datetime) -> None:
    plan = decide(topic, settings, reach, now)
    if isinstance(plan, Withheld):
        return
    assert plan.line or plan.sms
    assert not plan.sms or (reach.sms and TREATMENTS[topic].sms)
    assert not plan.line or reach.line or topic is Topic.OWN_ACT
    if TREATMENTS[topic].sms and reach == Reach(line=True, sms=True):
        asked = {Channel.LINE: (True, False), Channel.SMS: (False, True), Channel.BOTH: (True, True)}
        assert (plan.line, plan.sms) == asked[settings.channel]


REACHED = Reach(line=True, sms=True)


@pytest.mark.parametrize(
    ("topic", "utc_hour", "expected"),
    [
        (Topic.FLOOD, 18, datetime(2026, 11, 21, 18, 30, tzinfo=UTC)),  # 02:30 in Taiwan: water does not wait
        (Topic.OWN_ACT, 18, datetime(2026, 11, 21, 18, 30, tzinfo=UTC)),
        (Topic.ACCOUNT, 18, datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),  # 08:00 of that morning
        (Topic.ACCOUNT, 13, datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),  # 21:30 in Taiwan: the next morning
        (Topic.OVERDUE, 18, datetime(2026, 11, 22, 5, 0, tzinfo=UTC)),  # 13:00, the default slot
        (Topic.OVERDUE, 6, datetime(2026, 11, 21, 6, 30, tzinfo=UTC)),  # 14:30 is within it
        (Topic.OVERDUE, 10, datetime(2026, 11, 22, 5, 0, tzinfo=UTC)),  # 18:30 is past it
    ],
)
def test_examples(topic: Topic, utc_hour: int, expected: datetime) -> None:
    now = datetime(2026, 11, 21, utc_hour, 30, tzinfo=UTC)
    assert decide(topic, Settings(), REACHED, now) == Plan(expected, line=True, sms=False)


def test_a_slot_of_the_night_alone_is_no_reason_to_wake_or_to_be_silent() -> None:
    assert waking(Slot(21, 24)) == WAKING
    assert waking(Slot(0, 8)) == WAKING
    assert waking(Slot(18, 24)) == Slot(18, 21)
    assert Settings().slot == DEFAULT_SLOT == Slot(13, 18)


def test_what_nobody_may_miss_cannot_be_turned_off() -> None:
    everything_off = Settings(frozenset(Topic))
    kept = {topic for topic in Topic if everything_off.wants(topic)}
    assert kept == {Topic.OWN_ACT, Topic.ASKED_FOR, Topic.ACCOUNT, Topic.DRAW}
