"""Figures of the service desk for the reports: cases of a month by reason, how soon, how content people were."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from domain.months import Month
from infra.database import UnitOfWork
from services.reports.desk import ReasonFigures

UNNAMED = "未分類"  # open still, or closed by the citizen before staff said what it was about

_BY_REASON = text("""
SELECT reason, count(*) AS cases, count(closed_at) AS closed,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_answer_at - opened_at)) AS first_answer,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at)) AS closing,
  count(*) FILTER (WHERE satisfied) AS satisfied, count(*) FILTER (WHERE NOT satisfied) AS unsatisfied
FROM thread WHERE opened_at >= :begins AND opened_at < :ends
GROUP BY reason ORDER BY count(*) DESC, reason
""")


class Figures:
    """Implements services.reports.desk.DeskFigures. `reasons`: of config/desk.toml, key and name."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self._reasons = reasons

    def __call__(self, uow: UnitOfWork, month: Month) -> Sequence[ReasonFigures]:
        """Cases opened in a month of Taiwan, the most frequent reason first. Times are medians, nights included."""
        rows = uow.connection.execute(_BY_REASON, {"begins": month.begins, "ends": month.ends})
        return [
            ReasonFigures(
                self._reasons.get(row.reason, row.reason) if row.reason else UNNAMED,
                row.cases,
                row.closed,
                _span(row.first_answer),
                _span(row.closing),
                row.satisfied,
                row.unsatisfied,
            )
            for row in rows
        ]


def _span(seconds: Any) -> timedelta | None:
    return timedelta(seconds=round(seconds)) if seconds is not None else None
