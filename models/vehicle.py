"""Vehicles (車輛) of citizens: bindings, the paperless state of plates, bills kept without binding, reports."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, Index, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class BindingRow(Base):
    """One vehicle of one citizen with the services chosen. Unbinding deletes the row."""

    __tablename__ = "binding"
    __table_args__ = (
        UniqueConstraint("channel", "citizen", "plate", "kind", name="uq_binding_citizen_plate_kind"),
        Index("ix_binding_plate_kind", "plate", "kind"),
        CheckConstraint("(reminder_slot IS NULL) = (reminder_from IS NULL)", name="reminder"),
        CheckConstraint("(flood_areas = '{}') = (flood_from IS NULL)", name="flood"),
        CheckConstraint("told_by IN ('line', 'sms', 'both')", name="told_by"),
        Index("ix_binding_checked", "compact", postgresql_where=text("checked_at IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    citizen: Mapped[str] = mapped_column(String(64), nullable=False)
    plate: Mapped[str] = mapped_column(String(12), nullable=False)  # canonical: AB-1234 and AB1-234 are two plates
    compact: Mapped[str] = mapped_column(String(12), nullable=False)  # without dash, as sources without one know it
    kind: Mapped[str] = mapped_column(String(20), nullable=False)
    reminder_slot: Mapped[str | None] = mapped_column(String(5))  # domain.slots key
    reminder_from: Mapped[date | None] = mapped_column()
    paperless: Mapped[bool] = mapped_column(nullable=False, server_default=text("false"))  # this citizen wants it
    flood_areas: Mapped[list[str]] = mapped_column(ARRAY(Text), nullable=False, server_default=text("'{}'::text[]"))
    flood_from: Mapped[date | None] = mapped_column()
    bound_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    told_by: Mapped[str | None] = mapped_column(String(4))  # domain.notices.Channel; null: as the citizen set for all
    checked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # staff saw that the owner is this one
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # last said: still mine
    wondered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # last asked whether it still is


class PlateState(Base):
    """開單無紙化 of a plate: one state for everybody who has bound it. Also the lock under which it changes."""

    __tablename__ = "plate_state"

    plate: Mapped[str] = mapped_column(String(12), primary_key=True)  # canonical
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    starts: Mapped[date] = mapped_column(nullable=False)  # first day without a slip
    last_day: Mapped[date | None] = mapped_column()  # last day without one


class SavedBill(Base):
    """A found bill that a citizen keeps (儲存) without binding its vehicle, or one that is of no vehicle."""

    __tablename__ = "saved_bill"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    citizen: Mapped[str] = mapped_column(String(64), primary_key=True)
    agency: Mapped[str] = mapped_column(String(16), primary_key=True)
    type: Mapped[str] = mapped_column(String(8), primary_key=True)
    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    plate: Mapped[str | None] = mapped_column(String(12))
    kind: Mapped[str | None] = mapped_column(String(20))
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))


class PlateReport(Base):
    """Somebody who has bound a plate says that another who bound it should not have. For staff to look into."""

    __tablename__ = "plate_report"
    __table_args__ = (
        UniqueConstraint("channel", "citizen", "plate", "kind", name="uq_plate_report_citizen_plate_kind"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    citizen: Mapped[str] = mapped_column(String(64), nullable=False)  # who reports
    plate: Mapped[str] = mapped_column(String(12), nullable=False)
    kind: Mapped[str] = mapped_column(String(20), nullable=False)
    reported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
