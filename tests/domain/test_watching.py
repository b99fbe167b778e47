"""When a plate is asked about again: every day, at its own time; before the slot of the days on which it is told."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.bindings import Vehicle
from domain.clock import TAIPEI
from domain.plates import Plate
from domain.reminders import topic_of
from domain.vehicles import VehicleKind
from domain.watching import (
    APART,
    BEFORE_SLOTS,
    CALLS_A_DAY,
    DAY,
    FIRST_PAUSE,
    LIVELY,
    LONGEST_PAUSE,
    MOST_QUIET_DAYS,
    after_failure,
    days_to_tell,
    first_turn,
    next_turn,
    own_time,
    quiet_days,
)

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis
OWN = st.floats(0, 1 - 2**-32)


def local(moment: datetime) -> datetime:
    return moment.astimezone(TAIPEI)


@given(MOMENTS, OWN)
def test_a_lively_plate_is_asked_about_once_a_day_at_its_own_time(now: datetime, own: float) -> None:
    turn = next_turn(now, (), now, own)
    assert APART <= turn.at - now < APART + DAY
    assert not turn.due
    again = next_turn(turn.at, (), now, own)
    assert again.at - turn.at == DAY


@given(MOMENTS, OWN, st.lists(st.integers(-30, 60), min_size=1, max_size=5))
def test_no_day_to_tell_passes_without_being_asked_about_before_its_slots(
    now: datetime, own: float, days: list[int]
) -> None:
    deadlines = [local(now).date() + timedelta(days=n) for n in days]
    to_tell = min((d for one in deadlines for d in days_to_tell(one) if d > local(now).date()), default=None)
    moment = now
    while to_tell and local(moment).date() <= to_tell:
        turn = next_turn(moment, deadlines, now, own)
        if local(turn.at).date() >= to_tell:
            midnight = datetime.combine(to_tell, time(), TAIPEI)
            assert turn.due
            assert midnight <= turn.at < midnight + BEFORE_SLOTS
            return
        assert not turn.due
        moment = turn.at


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(-40, 10))
def test_the_days_to_tell_are_those_on_which_the_state_changes(deadline: date, days: int) -> None:
    day = deadline + timedelta(days=days)
    changes = topic_of(deadline, day) is not topic_of(deadline, day - DAY)
    assert (day in days_to_tell(deadline)) == changes


def test_quiet_plates_wait_only_where_a_day_has_no_room() -> None:
    assert quiet_days(0) == quiet_days(CALLS_A_DAY // 2) == 1
    assert quiet_days(CALLS_A_DAY // 2 + 1) == 2
    assert quiet_days(10**9) == MOST_QUIET_DAYS
    assert quiet_days(1_000_000) == 26
    lively, long_ago = NOW, NOW - LIVELY
    usual = next_turn(NOW, (), lively, 0.5, quiet_days=26)
    assert next_turn(NOW, (), long_ago, 0.5, quiet_days=26).at == usual.at + 25 * DAY
    assert next_turn(NOW, (), None, 0.5, quiet_days=26).at == usual.at + 25 * DAY


def test_times_are_spread_over_the_day_and_lasting() -> None:
    vehicles = [Vehicle(Plate(f"ABC-{n:04}"), VehicleKind.CAR) for n in range(2400)]
    hours = [0] * 24
    for vehicle in vehicles:
        own = own_time("TPE", vehicle)
        assert own == own_time("TPE", vehicle)
        assert NOW <= first_turn(NOW, own).at < NOW + DAY
        hours[int(own * 24)] += 1
    assert min(hours) > 60
    assert max(hours) < 145
    assert own_time("TPE", vehicles[0]) != own_time("NWT", vehicles[0])


def test_failures_are_tried_again_less_and_less_often() -> None:
    pauses = [after_failure(NOW, n) - NOW for n in (1, 2, 3, 9, 1000)]
    assert pauses == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
