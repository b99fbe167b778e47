"""客服案件 (threads): what a citizen and the service desk write to each other, and replies that staff keep.

Texts and photos are ciphertext. A thread outlives its words: what is left then says nothing about a person, and is
what the reports count.
"""

import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")
OPEN = text("state = 'open'")


class ThreadRow(Base):
    """One case. A citizen has one open at a time."""

    __tablename__ = "thread"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("closed_by IN ('citizen', 'staff', 'silence')", name="closed_by"),
        CheckConstraint("last_by IN ('citizen', 'staff')", name="last_by"),
        Index("uq_thread_no", "no", unique=True),
        Index("uq_thread_open", "channel", "citizen", unique=True, postgresql_where=OPEN),
        Index("ix_thread_citizen", "channel", "citizen", "no", postgresql_where=text("citizen IS NOT NULL")),
        Index("ix_thread_waiting_since", "waiting_since", postgresql_where=text("waiting_since IS NOT NULL")),
        Index("ix_thread_waiting", "no", postgresql_where=text("state = 'open' AND last_by = 'citizen'")),
        Index("ix_thread_opened_at", "opened_at"),
        Index("ix_thread_to_forget", "closed_at", postgresql_where=text("citizen IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    no: Mapped[int] = mapped_column(BigInteger, Identity(), nullable=False)
    channel: Mapped[str | None] = mapped_column(String(64))  # null, like the next, once its words are forgotten
    citizen: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8), nullable=False, server_default=text("'open'"))
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    last_by: Mapped[str] = mapped_column(String(8), nullable=False, server_default=text("'citizen'"))
    waiting_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # for an answer; null: staff wrote
    unread: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))  # by staff
    first_answer_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(16))  # key of config/desk.toml, chosen by staff
    satisfied: Mapped[bool | None] = mapped_column()  # 滿意／不滿意, the last word of the citizen
    reopened: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))


class ThreadMessage(Base):
    """One message. `id` of a staff answer is made with its form, so that sending it twice keeps one."""

    __tablename__ = "thread_message"
    __table_args__ = (
        CheckConstraint("sender IN ('citizen', 'staff')", name="sender"),
        CheckConstraint("photo IN ('waiting', 'kept', 'unreadable', 'gone')", name="photo"),
        Index("ix_thread_message_thread_id", "thread_id", "seq"),
        Index("ix_thread_message_photo_waiting", "at", postgresql_where=text("photo = 'waiting'")),
        Index(
            "ix_thread_message_line_message_id",
            "line_message_id",
            postgresql_where=text("line_message_id IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(), nullable=False)
    thread_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("thread.id"), nullable=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    sender: Mapped[str] = mapped_column(String(8), nullable=False)
    written_by: Mapped[str | None] = mapped_column(String(64))  # actor of a staff answer
    words: Mapped[bytes | None] = mapped_column(LargeBinary)  # null: a photo, or forgotten
    photo: Mapped[str | None] = mapped_column(String(10))  # how far a photo has come; null: none
    line_message_id: Mapped[str | None] = mapped_column(String(64))  # until it is unsent or forgotten


class ThreadPhoto(Base):
    """The picture of a message: drawn anew from what was sent, so that nothing else of that file is kept."""

    __tablename__ = "thread_photo"

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("thread_message.id"), primary_key=True)
    picture: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)


class SavedReply(Base):
    """常用回覆: words that staff put into an answer and then change as they like."""

    __tablename__ = "saved_reply"
    __table_args__ = (Index("uq_saved_reply_title", "title", unique=True),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    title: Mapped[str] = mapped_column(String(40), nullable=False)
    zh: Mapped[str] = mapped_column(Text, nullable=False)
    en: Mapped[str] = mapped_column(Text, nullable=False, server_default=text("''"))
    changed_by: Mapped[str] = mapped_column(String(64), nullable=False)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
