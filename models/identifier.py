"""Numbers by which agencies know a citizen's bills (水號、電號), bound like plates to be reminded."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class BoundIdentifier(Base):
    """One number of one citizen. Unbinding deletes the row."""

    __tablename__ = "bound_identifier"
    __table_args__ = (
        UniqueConstraint("channel", "citizen", "fee_item", "number", name="uq_bound_identifier_citizen_number"),
        Index("ix_bound_identifier_number", "number", "fee_item"),
        CheckConstraint("(reminder_slot IS NULL) = (reminder_from IS NULL)", name="reminder"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    citizen: Mapped[str] = mapped_column(String(64), nullable=False)
    fee_item: Mapped[str] = mapped_column(String(32), nullable=False)
    number: Mapped[str] = mapped_column(String(20), nullable=False)  # as domain.feeitems.spelled() has it
    reminder_slot: Mapped[str | None] = mapped_column(String(5))  # domain.slots key; null: not reminded
    reminder_from: Mapped[date | None] = mapped_column()
    bound_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
