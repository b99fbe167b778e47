"""Inbox: every event LINE delivered, until done. The primary key makes a redelivery a conflict, not an effect."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, Index, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class InboundEvent(Base):
    """One webhook event. `lane` is who must be answered in order: a citizen, a group, a room, or none but itself."""

    __tablename__ = "inbound_event"
    __table_args__ = (
        Index("ix_inbound_event_waiting", "seq", postgresql_where=text("done_at IS NULL")),
        Index(
            "ix_inbound_event_lane_waiting",
            "channel",
            "lane",
            "happened_at",
            "seq",
            postgresql_where=text("done_at IS NULL"),
        ),
        Index(
            "ix_inbound_event_dialog",
            "channel",
            "lane",
            "dialog_version",
            postgresql_where=text("dialog_state IS NOT NULL"),
        ),
        Index(
            "ix_inbound_event_message",
            "message_id",
            postgresql_where=text("message_id IS NOT NULL AND payload IS NOT NULL"),
        ),
        Index("ix_inbound_event_takes_back", "takes_back", postgresql_where=text("takes_back IS NOT NULL")),
        Index("ix_inbound_event_received_at", "received_at"),
        Index(
            "ix_inbound_event_set_aside",
            "done_at",
            postgresql_where=text("done_at IS NOT NULL AND payload IS NOT NULL"),
        ),
    )

    event_id: Mapped[str] = mapped_column(
        String(64), primary_key=True
    )  # webhookEventId, or a hash where LINE gave none
    seq: Mapped[int] = mapped_column(BigInteger, Identity(), nullable=False)  # order of arrival
    channel: Mapped[str] = mapped_column(String(64), nullable=False)  # destination: the bot's own user id
    lane: Mapped[str] = mapped_column(String(64), nullable=False)
    happened_at: Mapped[int] = mapped_column(BigInteger, nullable=False)  # LINE's timestamp, milliseconds
    message_id: Mapped[str | None] = mapped_column(String(64))  # for unsend
    takes_back: Mapped[str | None] = mapped_column(String(64))  # of an unsend: the message, which may come after it
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)  # the event's JSON; emptied when done or unsent
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    next_attempt_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), nullable=False, server_default=text("now()")
    )
    attempts: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))
    questions: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))  # begun by suspects
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    set_aside_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # gave up after the last attempt
    failure: Mapped[str | None] = mapped_column(String(80))  # type of the last error, never its text
    dialog_version: Mapped[int | None] = mapped_column(BigInteger)
    dialog_state: Mapped[bytes | None] = mapped_column(LargeBinary)  # next dialog state, until Redis surely has it
