"""資格審查: what an applicant shows for a plan that is not for everybody, and what staff say before the freeze."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")


class Qualification(Base):
    """One for an entry; it follows the entry when a change makes a new one. No photos: seen at the counter."""

    __tablename__ = "qualification"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'more', 'passed', 'refused')", name="state"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided"),
        Index("uq_qualification_entry_id", "entry_id", unique=True),
        Index("ix_qualification_waiting", "asked_at", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pass_entry.id"), nullable=False)
    state: Mapped[str] = mapped_column(String(8), nullable=False)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    reason: Mapped[str | None] = mapped_column(String(200))  # staff's words to the applicant
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class QualificationPhoto(Base):
    """A photo of a document: drawn anew from what was sent, ciphertext; deleted after the complaint period."""

    __tablename__ = "qualification_photo"
    __table_args__ = (
        CheckConstraint("failed IN ('gone', 'unreadable')", name="failed"),
        CheckConstraint("failed IS NULL OR photo IS NULL", name="one_of_both"),
        Index("uq_qualification_photo_message_id", "message_id", unique=True),
        Index("ix_qualification_photo_of", "qualification_id", "sent_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    qualification_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("qualification.id"), nullable=False)
    message_id: Mapped[str] = mapped_column(String(64), nullable=False)  # LINE's, by which it is fetched
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    photo: Mapped[bytes | None] = mapped_column(LargeBinary)  # null until it is fetched
    failed: Mapped[str | None] = mapped_column(String(10))  # why there is none
