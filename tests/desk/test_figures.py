"""Figures of the desk: by reason and by the month of Taiwan, medians of times, how content people were."""

from datetime import timedelta
from typing import Any

from domain.months import Month
from services.desk.figures import UNNAMED, Figures
from services.desk.rules import load_desk_rules
from services.reports.desk import ReasonFigures
from tests.desk.conftest import Desk

NOVEMBER = Month(2026, 11)
CASE = """
INSERT INTO thread (id, state, opened_at, first_answer_at, closed_at, closed_by, reason, satisfied)
VALUES (gen_random_uuid(), CASE WHEN CAST(:closing AS int) IS NULL THEN 'open' ELSE 'closed' END,
  CAST(:at AS timestamptz),
  CAST(:at AS timestamptz) + make_interval(mins => CAST(:answer AS int)),
  CAST(:at AS timestamptz) + make_interval(mins => CAST(:closing AS int)),
  CASE WHEN CAST(:closing AS int) IS NULL THEN NULL ELSE 'staff' END, :reason, :satisfied)
"""


def case(
    desk: Desk,
    reason: str | None = "double",
    at: str = "2026-11-10T10:00+08:00",
    answer: int | None = None,
    closing: int | None = None,
    satisfied: bool | None = None,
) -> None:
    desk.sql(CASE, reason=reason, at=at, answer=answer, closing=closing, satisfied=satisfied)


def figures(desk: Desk, month: Month = NOVEMBER) -> list[ReasonFigures]:
    with desk.units() as uow:
        return list(Figures(load_desk_rules().reasons)(uow, month))


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_cases_are_counted_by_reason_the_most_frequent_first(desk: Desk) -> None:
    case(desk, answer=10, closing=60, satisfied=True)
    case(desk, answer=20, closing=180, satisfied=False)
    case(desk, answer=90)
    case(desk, None)
    case(desk, "lot", answer=5, closing=6)
    case(desk, "lot")
    double: dict[str, Any] = {"satisfied": 1, "unsatisfied": 1}
    assert figures(desk) == [
        ReasonFigures("重複繳費與退款", 3, 2, minutes(20), minutes(120), **double),
        ReasonFigures("停車場現場狀況", 2, 1, minutes(5), minutes(6), 0, 0),
        ReasonFigures(UNNAMED, 1, 0, None, None, 0, 0),
    ]


def test_a_month_begins_and_ends_in_taiwan(desk: Desk) -> None:
    for at in ("2026-10-31T23:59+08:00", "2026-11-01T00:00+08:00", "2026-11-30T23:59+08:00", "2026-12-01T00:00+08:00"):
        case(desk, at=at)
    assert [one.cases for one in figures(desk)] == [2]
    assert [one.cases for one in figures(desk, Month(2026, 10))] == [1]
    assert figures(desk, Month(2026, 9)) == []


def test_a_reason_no_longer_in_the_file_is_told_by_its_key(desk: Desk) -> None:
    case(desk, "old")
    assert figures(desk)[0].reason == "old"
