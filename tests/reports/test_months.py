"""Months are those of Taiwan; growth and shares are rounded once."""

from datetime import UTC, datetime

import pytest

from domain.months import Month
from domain.reports import NONE, Bar, Chart, growth, percent


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC), "2026-10"),  # 23:59:59 in Taipei
        (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), "2026-11"),  # midnight
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2027-01"),
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), "2026-12"),
    ],
)
def test_a_moment_is_in_the_month_of_taiwan(moment: datetime, month: str) -> None:
    found = Month.of(moment)
    assert str(found) == month
    assert found.begins <= moment < found.ends


def test_months_follow_each_other_over_the_year() -> None:
    month = Month.parse("2026-11")
    assert [str(month.shifted(by)) for by in (-23, -12, -11, -1, 0, 1, 2, 14)] == [
        "2024-12", "2025-11", "2025-12", "2026-10", "2026-11", "2026-12", "2027-01", "2028-01",
    ]  # fmt: skip
    assert month.ends == month.shifted(1).begins


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "26-01", "2026-1", "2026-01-01", "", "２０２６-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no month"):
        Month.parse(text)


def test_growth_and_shares() -> None:
    assert [growth(225, 200), growth(150, 200), growth(200, 200), growth(0, 200), growth(200, 0)] == [
        "增 12.5%", "減 25.0%", "0.0%", "減 100.0%", NONE,
    ]  # fmt: skip
    assert [percent(1, 3), percent(2, 3), percent(0, 3), percent(0, 0), percent(1, 2000)] == [
        "33.3%", "66.7%", "0.0%", NONE, "0.1%",
    ]  # fmt: skip


def test_a_chart_says_in_words_what_it_shows() -> None:
    assert Chart("x", [Bar("停車費", 80, "80 元"), Bar("月票", 7, "7 元")]).told == "停車費 80 元；月票 7 元"
