"""Money and dates as citizens read them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.amounts import money
from domain.dates import clock_time, day, day_and_time, days_left, deadline, roc_day, wait
from domain.reader import Language
from infra.locales import reader

ZH, EN = reader(Language.ZH), reader(Language.EN)
TODAY = date(2026, 12, 20)


def test_money_has_thousands_and_the_unit() -> None:
    assert money(ZH, 1140) == "1,140 元"
    assert money(EN, 1140) == "NT$1,140"
    assert money(ZH, 0) == "0 元"


def test_a_day_carries_its_weekday_and_the_year_only_when_it_is_another() -> None:
    assert day(ZH, date(2026, 12, 23), TODAY) == "12/23（三）"
    assert day(EN, date(2026, 12, 23), TODAY) == "Wed 23 Dec"
    assert day(ZH, date(2027, 1, 4), TODAY) == "2027/1/4（一）"
    assert day(EN, date(2027, 1, 4), TODAY) == "Mon 4 Jan 2027"


def test_deadline_as_cities_write_it() -> None:
    assert deadline(ZH, date(2026, 12, 23), TODAY) == "12/23（三）24:00 前"
    assert deadline(EN, date(2026, 12, 23), TODAY) == "by 24:00 on Wed 23 Dec"


@pytest.mark.parametrize(
    ("last_day", "chinese", "english"),
    [
        (date(2026, 12, 23), "還有 3 天", "3 days left"),
        (date(2026, 12, 21), "還有 1 天", "1 day left"),
        (date(2026, 12, 20), "今天截止", "due today"),
        (date(2026, 12, 19), "已逾期 1 天", "1 day overdue"),
        (date(2026, 12, 18), "已逾期 2 天", "2 days overdue"),
    ],
)
def test_days_left(last_day: date, chinese: str, english: str) -> None:
    assert days_left(ZH, last_day, TODAY) == chinese
    assert days_left(EN, last_day, TODAY) == english


def test_moments_are_told_in_the_citys_time_across_midnight() -> None:
    late = datetime(2026, 12, 20, 16, 2, tzinfo=UTC)  # 00:02 on the 21st in Taiwan
    assert clock_time(late) == "00:02"
    assert day_and_time(ZH, late, date(2026, 12, 21)) == "00:02"
    assert day_and_time(ZH, late, TODAY) == "12/21（一）00:02"
    assert day_and_time(EN, late, TODAY) == "Mon 21 Dec 00:02"


def test_waiting_is_rounded_up_and_never_nothing() -> None:
    now = datetime(2026, 12, 20, 6, 0, tzinfo=UTC)
    assert wait(ZH, now + timedelta(minutes=9, seconds=1), now) == "10 分鐘"
    assert wait(EN, now + timedelta(minutes=10), now) == "10 minutes"
    assert wait(EN, now + timedelta(seconds=3), now) == "1 minute"
    assert wait(ZH, now - timedelta(hours=1), now) == "1 分鐘"


def test_roc_days_as_slips_print_them() -> None:
    assert roc_day(date(2026, 7, 7)) == "115 年 7 月 7 日"
    with pytest.raises(ValueError, match="1911-12-31"):
        roc_day(date(1911, 12, 31))


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_no_day_is_told_with_unfilled_braces(last_day: date, today: date) -> None:
    for who in (ZH, EN):
        for words in (deadline(who, last_day, today), days_left(who, last_day, today)):
            assert "{" not in words
            assert "None" not in words
