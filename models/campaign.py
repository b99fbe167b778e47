"""Campaigns (群發): one announcement or flood notice to many. Who got it is in `notice`, 90 days; the figures stay."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Index, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Campaign(Base):
    """What is told, to whom, by whose hand, and what became of it. No citizen is named here."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("kind IN ('news', 'flood')", name="kind"),
        CheckConstraint("state IN ('sending', 'told', 'stopped')", name="state"),
        Index("ix_campaign_made_at", "made_at"),
        Index("uq_campaign_closes", "closes", unique=True, postgresql_where=text("closes IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), nullable=False)
    state: Mapped[str] = mapped_column(String(8), nullable=False, server_default=text("'sending'"))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False)  # as its service writes it
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text), nullable=False, server_default=text("'{}'::text[]"))
    closes: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # the flood notice that this 恢復 ends
    made_by: Mapped[str] = mapped_column(String(64), nullable=False)  # staff id
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # every recipient is in the outbox
    quota_limit: Mapped[int | None] = mapped_column()  # LINE's month as read before; null: without limit
    quota_used: Mapped[int | None] = mapped_column()
    planned: Mapped[int] = mapped_column(nullable=False)  # recipients as counted before
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # the last count, kept when its notices are gone
