"""Tables of the service desk: sums, medians in words, and the share of those who were content."""

from datetime import timedelta

from domain.months import Month
from services.reports.desk import ReasonFigures
from services.reports.tables import cases

MONTH = Month(2026, 11)


def test_cases_by_reason_with_their_sums() -> None:
    slow = ReasonFigures("退款", 3, 2, timedelta(hours=4, minutes=5), timedelta(days=2, hours=3, minutes=59), 1, 3)
    quick = ReasonFigures("帳單", 1, 0, timedelta(minutes=35, seconds=59), None, 0, 0)
    made = cases("客服案件", MONTH, [slow, quick])
    assert made.lines == [
        ["退款", 3, 2, "4 小時 5 分", "2 天 3 小時", 1, 3, "25.0%"],
        ["帳單", 1, 0, "35 分", "—", 0, 0, "—"],
        ["合計", 4, 2, "", "", 1, 3, "25.0%"],
    ]
    assert made.chart is not None
    assert made.chart.told == "退款 3 件；帳單 1 件"
    assert all(len(row) == len(made.columns) for row in made.lines)


def test_a_month_without_cases_has_no_line() -> None:
    assert cases("客服案件", MONTH, []).lines == []
