"""The yearly calendar of offices: what differs from the week, and files that are no such calendar."""

from datetime import date

import pytest

from domain.officedays import OfficeDayRow, OfficeDaysError, decoded, read

HEAD = "西元日期,星期,是否放假,備註"


def test_only_what_differs_from_the_week_is_taken() -> None:
    rows = [
        "20260101,四,2,開國紀念日",
        "20260102,五,0,",
        "20260103,六,2,",
        "20260214,六,0,補行上班",
        "20260228,六,2,和平紀念日",
    ]
    assert read([HEAD, *rows]) == [
        OfficeDayRow(date(2026, 1, 1), works=False, name="開國紀念日"),
        OfficeDayRow(date(2026, 2, 14), works=True, name="補行上班"),
    ]


def test_columns_may_stand_in_another_order_and_names_may_lack() -> None:
    assert read(["是否放假,西元日期", "2,20260101", "0,20260214"]) == [
        OfficeDayRow(date(2026, 1, 1), works=False, name="放假日"),
        OfficeDayRow(date(2026, 2, 14), works=True, name="補班日"),
    ]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["日期,放假", "20260101,2"], "no column 西元日期"),
        ([], "no column 西元日期"),
        ([HEAD, "2026-01-01,四,2,"], "line 2: '2026-01-01' is no date"),
        ([HEAD, "20260230,四,2,"], "line 2"),
        ([HEAD, "20260101,四,1,"], "是否放假 is 0 or 2"),
        ([HEAD, "20260101"], "是否放假 is 0 or 2"),
        ([HEAD, "20260101,四,2,", "20260101,四,2,"], "line 3: 2026-01-01 is there twice"),
    ],
)
def test_what_is_no_calendar_is_said(lines: list[str], why: str) -> None:
    with pytest.raises(OfficeDaysError, match=why):
        read(lines)


def test_both_encodings_of_the_office_are_read() -> None:
    assert decoded("\ufeff西元日期".encode()) == "西元日期"
    assert decoded("西元日期".encode("cp950")) == "西元日期"
    with pytest.raises(OfficeDaysError):
        decoded(b"\xff\xff\xff")
