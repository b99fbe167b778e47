"""Downloads of what is held about a citizen (我的資料), and leaving (註銷)."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Download(Base):
    """One link to one's own data: short-lived, each file once. Deleted soon after its end."""

    __tablename__ = "download"
    __table_args__ = (Index("ix_download_expires_at", "expires_at"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    citizen: Mapped[str] = mapped_column(String(64), nullable=False)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    json_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # when each file was taken
    pdf_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LeavingRow(Base):
    """One citizen's leaving. Once it has ended it no longer says whose it was."""

    __tablename__ = "leaving"
    __table_args__ = (
        CheckConstraint("outcome IN ('erased', 'taken_back')", name="outcome"),
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended"),
        CheckConstraint("(ended_at IS NULL) = (citizen IS NOT NULL)", name="nobody"),
        Index("uq_leaving_open", "channel", "citizen", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str | None] = mapped_column(String(64))
    citizen: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    keep_until: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)  # erased then at the latest
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(String(10))
