"""Write-offs (銷帳) and their reversals: one message to an agency each, and every move of it."""

import uuid
from datetime import datetime

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
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")
ENDED = "state IN ('accepted','dropped')"


class WriteOff(Base):
    """One bill or dunning notice paid here, or its money given back. Amounts in NT$."""

    __tablename__ = "write_off"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("discount >= 0", name="discount"),
        CheckConstraint("kind IN ('write_off','reversal')", name="kind"),
        CheckConstraint("type IN ('bill','notice')", name="type"),
        CheckConstraint("state IN ('waiting','due','sent','unknown','accepted','refused','dropped')", name="state"),
        CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reverses"),
        CheckConstraint("(reverses IS NULL) = (refund_id IS NULL)", name="refund"),
        Index("uq_write_off_serial", "serial", unique=True),
        Index(
            "uq_write_off_line",
            "order_id",
            "agency",
            "type",
            "number",
            unique=True,
            postgresql_where=text("kind = 'write_off'"),
        ),
        Index("ix_write_off_order_id", "order_id"),
        Index("uq_write_off_refund", "refund_id", "reverses", unique=True),
        Index("uq_write_off_place", "agency", "place", unique=True),
        Index("ix_write_off_unplaced", "agency", "serial", postgresql_where=text("place IS NULL")),
        Index("ix_write_off_bill", "agency", "number"),
        Index("ix_write_off_covers", "covers", postgresql_using="gin", postgresql_where=text("type = 'notice'")),
        Index("ix_write_off_reverses", "reverses", postgresql_where=text("reverses IS NOT NULL")),
        Index("ix_write_off_next_try_at", "agency", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")),
        Index("ix_write_off_staff", "staff_since", postgresql_where=text("staff_since IS NOT NULL")),
        Index("ix_write_off_open", "agency", "made_at", postgresql_where=text(f"NOT ({ENDED})")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)  # the agency knows it by this
    serial: Mapped[int] = mapped_column(
        BigInteger, Identity(), nullable=False
    )  # of one bill, the order of its messages
    kind: Mapped[str] = mapped_column(String(10), nullable=False)
    agency: Mapped[str] = mapped_column(String(16), nullable=False)
    type: Mapped[str] = mapped_column(String(8), nullable=False)
    number: Mapped[str] = mapped_column(String(64), nullable=False)
    covers: Mapped[list[str]] = mapped_column(ARRAY(Text), nullable=False, server_default=text("'{}'"))  # bill numbers
    amount: Mapped[int] = mapped_column(nullable=False)
    discount: Mapped[int] = mapped_column(nullable=False, server_default=text("0"))  # less than the bill said (優惠)
    paid_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"), nullable=False)
    provider: Mapped[str] = mapped_column(String(16), nullable=False)
    trade_number: Mapped[str] = mapped_column(String(20), nullable=False)
    refund_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("refund.id"))
    reverses: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("write_off.id"))
    state: Mapped[str] = mapped_column(String(10), nullable=False)
    place: Mapped[int | None] = mapped_column(BigInteger)  # in what the agency fetches; given at its first fetch
    tries: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))
    refusals: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))
    reason: Mapped[str | None] = mapped_column(String(40))  # of the last try: one word
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    next_try_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    staff_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class WriteOffMove(Base):
    """History: every move of a write-off. Only added to."""

    __tablename__ = "write_off_move"
    __table_args__ = (Index("ix_write_off_move_write_off_id", "write_off_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    write_off_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("write_off.id"), nullable=False)
    from_state: Mapped[str | None] = mapped_column(String(10))  # null: the row was made
    to_state: Mapped[str] = mapped_column(String(10), nullable=False)
    cause: Mapped[str] = mapped_column(String(40), nullable=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
