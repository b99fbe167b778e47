"""Watching bills: which plate is asked about at which city when, what the cities listed, who is told at once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import DateTime, Index, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")


class PlateWatch(Base):
    """One plate at one city, for as long as somebody wants to be reminded of it. Says nothing of whom."""

    __tablename__ = "plate_watch"
    __table_args__ = (
        Index("ix_plate_watch_due", "city", "due", "ask_at", postgresql_include=["answered_at", "made_at"]),
    )

    city: Mapped[str] = mapped_column(String(16), primary_key=True)
    plate: Mapped[str] = mapped_column(String(12), primary_key=True)  # canonical
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    ask_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    due: Mapped[bool] = mapped_column(nullable=False, server_default=text("false"))  # for a deadline: goes first
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    owed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # when a bill was last listed
    failures: Mapped[int] = mapped_column(nullable=False, server_default=text("0"))  # in a row
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class WatchedBill(Base):
    """A bill or dunning notice that a city listed when it was last asked about the plate."""

    __tablename__ = "watched_bill"
    __table_args__ = (Index("ix_watched_bill_plate", "plate", "kind"),)

    agency: Mapped[str] = mapped_column(String(16), primary_key=True)
    type: Mapped[str] = mapped_column(String(8), primary_key=True)
    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    plate: Mapped[str] = mapped_column(String(12), primary_key=True)  # canonical, as bound
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    deadline: Mapped[date | None] = mapped_column()
    pay_amount: Mapped[int] = mapped_column(nullable=False)  # NT$
    covers: Mapped[list[str]] = mapped_column(ARRAY(Text), nullable=False)  # numbers of the bills in a notice
    payable: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False)  # domain.bills.Payable
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)


class BillNews(Base):
    """A citizen who may be told at once that bills have come. Made with the bills, gone when it was looked at."""

    __tablename__ = "bill_news"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    citizen: Mapped[str] = mapped_column(String(64), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class GivenSlip(Base):
    """The number of a slip that a citizen holds and nobody here knows yet: who gives it may be told when it comes."""

    __tablename__ = "given_slip"
    __table_args__ = (Index("ix_given_slip_number", "number"),)

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    citizen: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
