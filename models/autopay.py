"""代繳: reminders that citizens have asked for once they may bind a plate again."""

import uuid
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AutopayReminder(Base):
    """One for a binding, gone when it was told, and with the binding."""

    __tablename__ = "autopay_reminder"
    __table_args__ = (Index("ix_autopay_reminder_remind_at", "remind_at"),)

    binding_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("binding.id", ondelete="CASCADE"), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    remind_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
