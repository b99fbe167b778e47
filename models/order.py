"""Orders (訂單), what they hold, the attempts (交易) to pay them, and the money that came."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base

ORDER_ID = "orders.id"
NOW = text("now()")


class Order(Base):
    """One or several bills, possibly of several agencies, shown by one pay link."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint("state IN ('open','paying','paid','expired','cancelled','replaced')", name="state"),
        Index("ix_orders_citizen", "channel", "citizen", "created_at"),
        Index("ix_orders_bills", "channel", "citizen", "bills", postgresql_where=text("state IN ('open','paying')")),
        Index("ix_orders_expires_at", "expires_at", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    channel: Mapped[str] = mapped_column(String(64), nullable=False)
    citizen: Mapped[str | None] = mapped_column(String(64))  # null: opened by somebody without LINE
    language: Mapped[str] = mapped_column(String(8), nullable=False, server_default=text("'zh-TW'"))
    bills: Mapped[str] = mapped_column(
        String(32), nullable=False
    )  # hash of the keys of its lines: same bills, same hash
    state: Mapped[str] = mapped_column(String(16), nullable=False, server_default=text("'open'"))
    total: Mapped[int] = mapped_column(nullable=False)  # NT$, sum of the chosen lines
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    paid_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    stopped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # amounts differ: staff must look

    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.position", lazy="selectin")


class OrderLine(Base):
    """One bill or dunning notice as it was when its source was last asked; or a pass (月票), by its entry."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("pay_amount > 0", name="pay_amount"),
        CheckConstraint("discount >= 0 AND discount < pay_amount", name="discount"),
        CheckConstraint("type IN ('bill','notice','pass')", name="type"),
        CheckConstraint(
            "(type = 'pass') = (entry_id IS NOT NULL) AND (type = 'pass') = (about IS NOT NULL)"
            " AND (type <> 'pass' OR number = entry_id::text)",
            name="pass",
        ),
        CheckConstraint("standing IN ('due','gone','paid_here')", name="standing"),
        CheckConstraint("standing = 'due' OR NOT chosen", name="only_due_is_chosen"),
        Index("uq_order_line_payable", "order_id", "agency", "type", "number", unique=True),
        Index("ix_order_line_entry_id", "entry_id", postgresql_where=text("entry_id IS NOT NULL")),
        Index("ix_order_line_plate", "plate", postgresql_where=text("plate <> ''")),
        Index("ix_order_line_number", "number"),
        Index("ix_order_line_covers", "covers", postgresql_using="gin", postgresql_where=text("type = 'notice'")),
    )

    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ORDER_ID), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    agency: Mapped[str] = mapped_column(String(16), nullable=False)
    type: Mapped[str] = mapped_column(String(8), nullable=False)
    number: Mapped[str] = mapped_column(String(64), nullable=False)
    fee_item: Mapped[str] = mapped_column(String(32), nullable=False)
    plate: Mapped[str] = mapped_column(String(16), nullable=False)
    kind: Mapped[str] = mapped_column(String(20), nullable=False)
    source: Mapped[str] = mapped_column(String(8), nullable=False)
    parked_on: Mapped[date | None] = mapped_column()
    deadline: Mapped[date | None] = mapped_column()
    amount: Mapped[int] = mapped_column(nullable=False)  # NT$ as billed
    extra_charge: Mapped[int] = mapped_column(nullable=False, server_default=text("0"))  # 工本費
    pay_amount: Mapped[int] = mapped_column(nullable=False)  # NT$ that its source wants now
    discount: Mapped[int] = mapped_column(nullable=False, server_default=text("0"))  # NT$ less, where it is paid here
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    covers: Mapped[list[str]] = mapped_column(ARRAY(Text), nullable=False, server_default=text("'{}'"))  # bill numbers
    chosen: Mapped[bool] = mapped_column(nullable=False, server_default=text("true"))
    standing: Mapped[str] = mapped_column(String(16), nullable=False, server_default=text("'due'"))
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("pass_entry.id"))  # of a pass; else null
    about: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))  # what a pass is for, as bought


class Claim(Base):
    """A bill or notice held by an order that is paying or paid: one row per line and per bill that a notice covers.

    The partial unique index keeps a bill from being paid twice, alone or inside a notice, whatever runs at once.
    """

    __tablename__ = "claim"
    __table_args__ = (
        Index("uq_claim_live", "agency", "type", "number", unique=True, postgresql_where=text("live")),
        Index("ix_claim_order_id", "order_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ORDER_ID), nullable=False)
    agency: Mapped[str] = mapped_column(String(16), nullable=False)
    type: Mapped[str] = mapped_column(String(8), nullable=False)
    number: Mapped[str] = mapped_column(String(64), nullable=False)
    live: Mapped[bool] = mapped_column(nullable=False, server_default=text("true"))


class Attempt(Base):
    """One provider's taking of money for one order."""

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint(
            "state IN ('started','confirming','unknown','paid','failed','expired','cancelled','late')", name="state"
        ),
        CheckConstraint("(state = 'late') = (late_of IS NOT NULL)", name="late"),
        Index(
            "uq_attempt_live",
            "order_id",
            unique=True,
            postgresql_where=text("state IN ('started','confirming','unknown')"),
        ),
        Index("uq_attempt_paid", "order_id", unique=True, postgresql_where=text("state = 'paid'")),
        Index(
            "uq_attempt_late",
            "late_of",
            "provider_reference",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("late_of IS NOT NULL"),
        ),
        Index("uq_attempt_trade_number", "trade_number", unique=True, postgresql_where=text("late_of IS NULL")),
        Index("ix_attempt_order_id", "order_id"),
        Index("ix_attempt_next_ask_at", "next_ask_at", postgresql_where=text("next_ask_at IS NOT NULL")),
        Index("ix_attempt_unpaid", "started_at", "id", postgresql_where=text("state NOT IN ('paid','late')")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ORDER_ID), nullable=False)
    provider: Mapped[str] = mapped_column(String(16), nullable=False)
    trade_number: Mapped[str] = mapped_column(String(20), nullable=False)  # ours at the provider, unique for ever
    amount: Mapped[int] = mapped_column(nullable=False)  # NT$ of the bills, provider fee not in it
    fee: Mapped[int] = mapped_column(nullable=False)  # 手續費 in NT$
    state: Mapped[str] = mapped_column(String(16), nullable=False)
    redirect_url: Mapped[str | None] = mapped_column(Text)  # the provider's page; null until it has answered
    form: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))  # carried there by POST
    carried_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # when it was sent on its way with it
    provider_reference: Mapped[str | None] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    next_ask_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    asks: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))
    late_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("attempt.id"))


class OrderMove(Base):
    """History: every move of an order (attempt_id null) or of one of its attempts. Only added to."""

    __tablename__ = "order_move"
    __table_args__ = (Index("ix_order_move_order_id", "order_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ORDER_ID), nullable=False)
    attempt_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("attempt.id"))
    from_state: Mapped[str | None] = mapped_column(String(16))  # null: the row was made
    to_state: Mapped[str] = mapped_column(String(16), nullable=False)
    cause: Mapped[str] = mapped_column(String(32), nullable=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class Payment(Base):
    """Money that came, as its provider reported it: one row per paid or late attempt."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_payment_order_id", "order_id"),
        Index("ix_payment_paid_at", "paid_at", "attempt_id"),
    )

    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ORDER_ID), nullable=False)
    provider: Mapped[str] = mapped_column(String(16), nullable=False)
    provider_reference: Mapped[str | None] = mapped_column(String(64))
    amount: Mapped[int] = mapped_column(nullable=False)  # NT$, provider fee included
    paid_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)  # by the provider's clock
    booked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class RefundDue(Base):
    """Refund list: money that paid nothing, or for a right that was lost afterwards, and must go back."""

    __tablename__ = "refund_due"
    __table_args__ = (CheckConstraint("reason IN ('late','double','lost')", name="reason"),)

    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ORDER_ID), nullable=False)
    amount: Mapped[int] = mapped_column(nullable=False)
    reason: Mapped[str] = mapped_column(String(16), nullable=False)
    listed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
