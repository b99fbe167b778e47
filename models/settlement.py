"""對帳: the last comparison of each provider's day with our books."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")


class SettlementCheck(Base):
    """Both sums in NT$, and where the books differ: numbers of payments, no persons. Another file takes its place."""

    __tablename__ = "settlement_check"
    __table_args__ = (Index("ix_settlement_check_checked_at", "checked_at"),)

    provider: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    ours: Mapped[int] = mapped_column(BigInteger, nullable=False)
    theirs: Mapped[int] = mapped_column(BigInteger, nullable=False)
    agreed: Mapped[int] = mapped_column(nullable=False)  # payments
    differing: Mapped[int] = mapped_column(nullable=False)  # payments; `differences` has the first of them
    differences: Mapped[list[Any]] = mapped_column(JSONB, nullable=False)  # reference, trade number, ours, theirs
    checked_by: Mapped[str] = mapped_column(String(64), nullable=False)
    checked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
