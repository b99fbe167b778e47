"""換牌／換車: another plate for a pass that is paid for."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")


class PassPlate(Base):
    """A plate asked for by one member of staff; it counts once another has approved it. The latest such one is the
    pass's. The entry keeps the plate that was drawn.
    """

    __tablename__ = "pass_plate"
    __table_args__ = (
        CheckConstraint("approved_by <> asked_by", name="two_persons"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved"),
        Index("ix_pass_plate_entry_id", "entry_id", "approved_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pass_entry.id"), nullable=False)
    plate: Mapped[str] = mapped_column(String(12), nullable=False)  # canonical
    compact: Mapped[str] = mapped_column(String(12), nullable=False)
    asked_by: Mapped[str] = mapped_column(String(64), nullable=False)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    approved_by: Mapped[str | None] = mapped_column(String(64))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
