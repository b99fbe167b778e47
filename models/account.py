"""Accounts: who registered, with which consent, by which code; what changed, and whose number it is.

Name, number and e-mail are ciphertext; a number is found by its keyed hash. Nothing here is readable without DATA_KEYS.
"""

import uuid
from datetime import date, datetime

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
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")
HOLDS_NUMBER = text("state = 'live'")


class AccountRow(Base):
    """One registered citizen. `mobile` is null while locked: the number belongs to somebody else."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("state IN ('live', 'waiting', 'locked', 'leaving')", name="state"),
        CheckConstraint("state <> 'live' OR mobile IS NOT NULL AND mobile_hash IS NOT NULL", name="live_has_number"),
        Index("uq_account_channel_line_id", "channel", "line_id", unique=True),
        Index("uq_account_mobile_hash_live", "mobile_hash", unique=True, postgresql_where=HOLDS_NUMBER),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    line_id: Mapped[str] = mapped_column(String(64), nullable=False)
    state: Mapped[str] = mapped_column(String(8), nullable=False)
    mobile: Mapped[bytes | None] = mapped_column(LargeBinary)
    mobile_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    name: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    email: Mapped[bytes | None] = mapped_column(LargeBinary)
    consent_version: Mapped[str] = mapped_column(String(16), nullable=False)
    consented_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class AccountHistory(Base):
    """歷程: what changed and when. A kind of change and, at most, the id of the row it was about; never a value."""

    __tablename__ = "account_history"
    __table_args__ = (Index("ix_account_history_account_id", "account_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), nullable=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    what: Mapped[str] = mapped_column(String(40), nullable=False)  # e.g. "account.registered"


class Consent(Base):
    """Who agreed to which version of the notice of 個資法 §8, and when."""

    __tablename__ = "consent"

    channel: Mapped[str] = mapped_column(String(64), primary_key=True)
    line_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(16), primary_key=True)
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class PhoneCode(Base):
    """A code sent to a number. The code is a keyed hash bound to this row; the number is ciphertext."""

    __tablename__ = "phone_code"
    __table_args__ = (
        Index("ix_phone_code_citizen", "channel", "line_id", "sent_at"),
        Index("ix_phone_code_sent_at", "sent_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    line_id: Mapped[str] = mapped_column(String(64), nullable=False)
    purpose: Mapped[str] = mapped_column(String(16), nullable=False)
    mobile: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    tries_left: Mapped[int] = mapped_column(SmallInteger, nullable=False)
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    proved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # the right code was typed
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # used, replaced, or out of tries


class PhoneCodeCount(Base):
    """How many codes went out today to one number, to one citizen, to all. `subject` is a keyed hash of who."""

    __tablename__ = "phone_code_count"

    day: Mapped[date] = mapped_column(primary_key=True)
    subject: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    codes: Mapped[int] = mapped_column(nullable=False)
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class LookupKeyRow(Base):
    """The one key of the lookup hashes, wrapped by DATA_KEYS. Made once, never changed: every hash depends on it."""

    __tablename__ = "lookup_key"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class Takeover(Base):
    """A number that `holder` has was verified by `claimant`: the holder is asked, and time or staff decide."""

    __tablename__ = "takeover"
    __table_args__ = (
        CheckConstraint("outcome IN ('granted', 'kept', 'withdrawn')", name="outcome"),
        Index("uq_takeover_holder_open", "holder_id", unique=True, postgresql_where=text("decided_at IS NULL")),
        Index("uq_takeover_claimant_open", "claimant_id", unique=True, postgresql_where=text("decided_at IS NULL")),
        Index("ix_takeover_due_at", "due_at", postgresql_where=text("decided_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), nullable=False)
    claimant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), nullable=False)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(String(12))


class SmsMessage(Base):
    """One SMS, sent by a job after the commit that caused it, once. Number and text are ciphertext until the end."""

    __tablename__ = "sms_message"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sending', 'accepted', 'refused', 'unknown', 'expired')", name="state"),
        CheckConstraint("delivery IN ('delivered', 'failed', 'unknown')", name="delivery"),
        Index("ix_sms_message_created_at", "created_at", "id"),
        Index("ix_sms_message_citizen", "channel", "citizen", postgresql_where=text("citizen IS NOT NULL")),
        Index(
            "ix_sms_message_on_the_way", "ended_at", postgresql_where=text("state = 'accepted' AND delivery IS NULL")
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    recipient: Mapped[bytes | None] = mapped_column(LargeBinary)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(8), nullable=False, server_default=text("'waiting'"))
    attempts: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))
    cause: Mapped[str | None] = mapped_column(String(32))  # why it was refused or is unknown: one word
    gateway_id: Mapped[str | None] = mapped_column(String(64))
    gateway: Mapped[str | None] = mapped_column(String(16))  # key of the one that took it
    topic: Mapped[str | None] = mapped_column(String(16))  # domain.notices.Topic; null: a code
    parts: Mapped[int | None] = mapped_column(SmallInteger)  # what it costs is counted in these
    delivery: Mapped[str | None] = mapped_column(String(9))  # of an accepted one, once known
    channel: Mapped[str | None] = mapped_column(String(64))  # whose account it is about
    citizen: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
