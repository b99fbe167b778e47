"""Refunds (退款): what staff request, what providers are asked to give back, and every move of it."""

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
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")
LIVE = text("state IN ('asked','unknown')")


class RefundRequest(Base):
    """What a staff member wants to give back and why; above a limit another one decides."""

    __tablename__ = "refund_request"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("decision IN ('approved','rejected')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("needs_second = false OR decided_by IS DISTINCT FROM asked_by", name="second_person"),
        Index("ix_refund_request_attempt_id", "attempt_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payment.attempt_id"), nullable=False)  # the money
    amount: Mapped[int] = mapped_column(nullable=False)
    reason: Mapped[str] = mapped_column(String(200), nullable=False)  # staff's words; nothing personal
    needs_second: Mapped[bool] = mapped_column(nullable=False)
    asked_by: Mapped[str] = mapped_column(String(64), nullable=False)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    decision: Mapped[str | None] = mapped_column(String(8))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Refund(Base):
    """One provider's giving back of money. A trigger keeps asked, unknown and done ones within what was paid."""

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state IN ('asked','unknown','done','refused')", name="state"),
        CheckConstraint("(state = 'done') = (reference IS NOT NULL)", name="reference"),
        Index("uq_refund_live", "attempt_id", unique=True, postgresql_where=LIVE),  # of one money, one at a time
        Index("uq_refund_number", "refund_number", unique=True),
        Index("uq_refund_reference", "provider", "reference", unique=True),
        Index("ix_refund_order_id", "order_id"),
        Index("ix_refund_next_look_at", "next_look_at", postgresql_where=text("next_look_at IS NOT NULL")),
        Index("ix_refund_ended_at", "ended_at", postgresql_where=text("state = 'done'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("refund_request.id"), nullable=False, unique=True)
    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payment.attempt_id"), nullable=False)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"), nullable=False)
    provider: Mapped[str] = mapped_column(String(16), nullable=False)
    refund_number: Mapped[str] = mapped_column(String(20), nullable=False)  # ours at the provider, unique for ever
    amount: Mapped[int] = mapped_column(nullable=False)
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    reference: Mapped[str | None] = mapped_column(String(64))  # the provider's number of it
    reason: Mapped[str | None] = mapped_column(String(32))  # why the provider refused
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # committed before each call that gives
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    next_look_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    asks: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))


class RefundMove(Base):
    """History: every move of a refund. Only added to."""

    __tablename__ = "refund_move"
    __table_args__ = (Index("ix_refund_move_refund_id", "refund_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    refund_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("refund.id"), nullable=False)
    from_state: Mapped[str | None] = mapped_column(String(16))  # null: the row was made
    to_state: Mapped[str] = mapped_column(String(16), nullable=False)
    cause: Mapped[str] = mapped_column(String(32), nullable=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class RefundAccount(Base):
    """The bank account that a refund goes to, where its provider cannot give back. Deleted when the refund ends."""

    __tablename__ = "refund_account"

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("refund.id"), primary_key=True)  # the refund's own
    account: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)  # ciphertext: bank code and number
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
