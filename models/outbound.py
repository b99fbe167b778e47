"""Outbox: every message to LINE, rendered once, until it has ended."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, Index, LargeBinary, SmallInteger, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class OutboundMessage(Base):
    """One call to LINE with 1 to 5 messages. Its id is the X-Line-Retry-Key; its body never changes."""

    __tablename__ = "outbound_message"
    __table_args__ = (
        Index("ix_outbound_message_due", "rank", "next_attempt_at", postgresql_where=text("ended_at IS NULL")),
        Index("ix_outbound_message_lane_waiting", "channel", "lane", "seq", postgresql_where=text("ended_at IS NULL")),
        Index(
            "uq_outbound_message_dedupe_key", "dedupe_key", unique=True, postgresql_where=text("dedupe_key IS NOT NULL")
        ),
        Index("ix_outbound_message_ended_at", "ended_at", postgresql_where=text("body IS NOT NULL")),
        Index(
            "ix_outbound_message_failed",
            "ended_at",
            "id",
            postgresql_where=text("outcome IN ('quota','denied','unreachable','expired')"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(), nullable=False)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    lane: Mapped[str] = mapped_column(String(64), nullable=False)  # to: user, group or room id; M… of a multicast
    rank: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("1"))  # domain.notices.Rank
    topic: Mapped[str | None] = mapped_column(String(16))  # of a notice: domain.notices.Topic
    # A multicast's: as planned, at the first claim those who may still get it, null once it has ended.
    recipients: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    answers: Mapped[str | None] = mapped_column(String(64))  # event_id of the event answered; null: a notice
    reply_token: Mapped[str | None] = mapped_column(String(64))
    reply_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # JSON array of messages; emptied 7 days after the end
    plain: Mapped[bytes | None] = mapped_column(LargeBinary)  # the same as text, should LINE refuse the body
    dedupe_key: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    next_attempt_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), nullable=False, server_default=text("now()")
    )
    attempts: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))
    first_failed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    unclear_reply: Mapped[bool] = mapped_column(nullable=False, server_default=text("false"))
    first_push_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # a retry key lives 24 h from here
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(String(32))  # replied, pushed, duplicate, plain, or why it failed
    request_id: Mapped[str | None] = mapped_column(String(64))  # LINE's X-Line-Request-Id of the last call
