"""Links to files of one's own payments (繳費紀錄、年度停車費明細)."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, Index, SmallInteger, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class RecordLink(Base):
    """One link: which payments its files hold. Short-lived, each file once; deleted soon after its end."""

    __tablename__ = "record_link"
    __table_args__ = (
        CheckConstraint("month IS NULL OR year IS NULL", name="period"),
        Index("ix_record_link_expires_at", "expires_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    citizen: Mapped[str] = mapped_column(String(64), nullable=False)
    month: Mapped[date | None] = mapped_column()  # its first day; null: any
    year: Mapped[int | None] = mapped_column(SmallInteger)  # of a year's statement
    fee_item: Mapped[str | None] = mapped_column(String(32))
    plate: Mapped[str | None] = mapped_column(String(16))
    number: Mapped[str | None] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    pdf_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # when each file was taken
    csv_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
