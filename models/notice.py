"""Notices (通知): what each citizen wants to be told, what was sent to them, which facts they know."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, Index, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")


class NoticeSettings(Base):
    """通知設定 of a citizen who changed any of it."""

    __tablename__ = "notice_settings"
    __table_args__ = (CheckConstraint("told_by IN ('line', 'sms', 'both')", name="told_by"),)

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    citizen: Mapped[str] = mapped_column(String(64), primary_key=True)
    turned_off: Mapped[list[str]] = mapped_column(ARRAY(Text), nullable=False, server_default=text("'{}'::text[]"))
    told_by: Mapped[str] = mapped_column(String(4), nullable=False, server_default=text("'line'"))
    slot: Mapped[str | None] = mapped_column(String(5))  # domain.slots key; null: the default


class NoticeRow(Base):
    """One notice to one citizen, for 通知紀錄 and so that none goes twice. Without its text."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_citizen", "channel", "citizen", "made_at"),
        Index("ix_notice_made_at", "made_at"),
        Index("ix_notice_outbound_id", "outbound_id", postgresql_where=text("outbound_id IS NOT NULL")),
        Index("ix_notice_campaign_id", "campaign_id", postgresql_where=text("campaign_id IS NOT NULL")),
        Index("ix_notice_failed", "made_at", postgresql_where=text("failed IS NOT NULL AND settled_at IS NULL")),
    )

    dedupe_key: Mapped[str] = mapped_column(String(120), primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    citizen: Mapped[str] = mapped_column(String(64), nullable=False)
    notice: Mapped[str] = mapped_column(String(40), nullable=False)  # key of its file in handlers/notices
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    send_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    by_line: Mapped[bool] = mapped_column(nullable=False)
    sms_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # its sms_message, gone earlier than this row
    outbound_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)  # its outbound_message; many share one by multicast
    topic: Mapped[str | None] = mapped_column(String(16))  # domain.notices.Topic
    about: Mapped[list[uuid.UUID] | None] = mapped_column(ARRAY(Uuid))  # ids of the bindings it is about
    campaign_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    failed: Mapped[str | None] = mapped_column(String(12))  # why it did not go by LINE
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # what follows from that was done


class ToldFact(Base):
    """A fact that a citizen has been told: one bill in one state. A bill that changes its deadline is a new fact."""

    __tablename__ = "told_fact"
    __table_args__ = (Index("ix_told_fact_told_at", "told_at"),)

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    citizen: Mapped[str] = mapped_column(String(64), primary_key=True)
    fact: Mapped[str] = mapped_column(String(160), primary_key=True)
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    notice: Mapped[str | None] = mapped_column(String(120))  # dedupe_key of the notice that told it
