"""Agencies (機關) that take part by program: where their write-offs go, and the secret that signs them."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, LargeBinary, SmallInteger, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")


class Agency(Base):
    """One agency. Without an address it fetches its write-offs."""

    __tablename__ = "agency"
    __table_args__ = (CheckConstraint("(webhook_url IS NULL) = (webhook_secret IS NULL)", name="webhook"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(String(16), nullable=False, unique=True)  # as its bills say
    name: Mapped[str] = mapped_column(String(60), nullable=False)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    webhook_url: Mapped[str | None] = mapped_column(Text)
    webhook_secret: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted
    secret_before: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted; signs as well while one is replaced
    next_round_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    silent_rounds: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))
