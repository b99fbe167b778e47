"""Receipts by e-mail: that one is to go, and how it went. Whose, and where to, stands in their account alone."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class ReceiptMailRow(Base):
    """One paid order whose receipt goes by e-mail, once."""

    __tablename__ = "receipt_mail"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'taken', 'refused', 'unwanted')", name="state"),
        Index("ix_receipt_mail_created_at", "created_at"),
    )

    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(8), nullable=False, server_default=text("'waiting'"))
    attempts: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))
    cause: Mapped[str | None] = mapped_column(String(32))  # why it was refused, in one word
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
