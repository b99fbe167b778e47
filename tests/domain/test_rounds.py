"""When a round's steps happen, and what staff may not make of it."""

from datetime import date, datetime, timedelta

import pytest

from domain.clock import TAIPEI
from domain.rounds import (
    OfficeCalendar,
    Phase,
    RoundRuleError,
    RoundTimes,
    checked_steps,
    default_times,
    draw_id,
    last_day,
    move_phase,
    places_of,
    with_more_places,
)
from domain.vehicles import VehicleKind

NEW_YEAR = OfficeCalendar({date(2027, 1, 1): False, date(2026, 12, 26): True})


def test_everything_happens_in_the_month_before() -> None:
    times = default_times("2027-01")
    assert times.opens_at == datetime(2026, 12, 5, 7, tzinfo=TAIPEI)
    assert times.closes_at == datetime(2026, 12, 20, 14, tzinfo=TAIPEI)
    assert times.draw_at == datetime(2026, 12, 20, 15, tzinfo=TAIPEI)
    assert times.pay_by == datetime(2026, 12, 24, tzinfo=TAIPEI), "the 23rd, 24:00"


def test_a_step_on_a_day_off_is_warned_about_and_stays() -> None:
    assert OfficeCalendar({}).on_holidays(default_times("2027-01")) == ["opens_at", "closes_at", "draw_at"]
    assert NEW_YEAR.works(date(2026, 12, 26)), "a 補班日 is a Saturday that works"
    assert not NEW_YEAR.works(date(2027, 1, 1))


def test_a_missed_announcement_goes_to_the_next_working_day_at_the_same_hour() -> None:
    times = default_times("2027-01")
    later = OfficeCalendar({date(2026, 12, 21): False}).postponed(times)
    assert later.draw_at == datetime(2026, 12, 22, 15, tzinfo=TAIPEI), "Sunday, a typhoon on Monday, Tuesday"
    assert later.pay_by - times.pay_by == timedelta(days=2)
    assert later.closes_at == times.closes_at


def test_times_come_in_their_order() -> None:
    good = default_times("2027-01")
    with pytest.raises(RoundRuleError, match="至少 10 分鐘"):
        RoundTimes(good.opens_at, good.draw_at - timedelta(minutes=9), good.draw_at, good.pay_by)
    with pytest.raises(RoundRuleError, match="先後不正確"):
        RoundTimes(good.closes_at, good.opens_at, good.draw_at, good.pay_by)
    with pytest.raises(RoundRuleError, match="整秒"):
        RoundTimes(good.opens_at, good.closes_at, good.draw_at + timedelta(microseconds=1), good.pay_by)


def test_the_name_of_a_draw() -> None:
    assert draw_id("2027-01", "P0123", VehicleKind.CAR, "all-day") == "2027-01/P0123/car/all-day"
    assert draw_id("2027-01", "P0123", VehicleKind.CAR, "all-day", rehearsal=True).startswith("TEST/2027-01/")
    longest = draw_id("2027-01", "P" * 16, VehicleKind.HEAVY_MOTORCYCLE, "x" * 16, rehearsal=True)
    assert len(longest) <= 64
    for month, lot in (("2027-13", "P1"), ("2027-1", "P1"), ("2027-01", ".."), ("2027-01", "停")):
        with pytest.raises(RoundRuleError):
            draw_id(month, lot, VehicleKind.CAR, "all-day")
    assert last_day("2028-02") == date(2028, 2, 29)


def test_phases_go_forward_only() -> None:
    assert move_phase(Phase.OPEN, Phase.FROZEN) is Phase.FROZEN
    for now, to in (
        (Phase.OPEN, Phase.DRAWN),
        (Phase.DRAWN, Phase.ANNOUNCED),
        (Phase.PUBLISHED, Phase.VOID),
        (Phase.VOID, Phase.OPEN),
    ):
        with pytest.raises(RoundRuleError):
            move_phase(now, to)


def test_places() -> None:
    assert with_more_places("L:5,*:95", 3) == "L:5,*:98"
    assert places_of("L:5,*:98") == 103
    with pytest.raises(RoundRuleError):
        checked_steps("L:5")
