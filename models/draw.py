"""The draw (抽籤): its files, which nobody can change, who came where, and who holds which place afterwards."""

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
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")
ROUND_ID = "pass_round.id"
ENTRY_ID = "pass_entry.id"


class DrawFile(Base):
    """A file of a draw. One of each name for a draw_id, ever: a second is a conflict, and a trigger refuses changes."""

    __tablename__ = "draw_file"
    __table_args__ = (
        CheckConstraint("name IN ('list.tsv','removed.tsv','announce.txt','transcript.txt','result.tsv')", name="name"),
    )

    draw_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class DrawPublication(Base):
    """That a file is under /draws/ since a moment. A trigger refuses rehearsals and changes."""

    __tablename__ = "draw_publication"

    draw_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class DrawVerifier(Base):
    """Every verify_draw.py that an announcement has ever bound."""

    __tablename__ = "draw_verifier"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    script: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    bound_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class DrawLogRoot(Base):
    """Each midnight: how many entries had come so far, and the Merkle root of their commitments in that order."""

    __tablename__ = "draw_log_root"

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ROUND_ID), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)  # that has ended
    count: Mapped[int] = mapped_column(BigInteger, nullable=False)
    root: Mapped[str] = mapped_column(String(64), nullable=False)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class DrawRank(Base):
    """Where an entry came, as result.tsv says."""

    __tablename__ = "draw_rank"
    __table_args__ = (
        CheckConstraint("status IN ('W','B','X')", name="status"),
        Index("uq_draw_rank_rank", "round_id", "rank", unique=True),
        Index("uq_draw_rank_no", "round_id", "status", "no", unique=True, postgresql_where=text("status <> 'X'")),
    )

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ENTRY_ID), primary_key=True)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ROUND_ID), nullable=False)
    rank: Mapped[int] = mapped_column(nullable=False)
    status: Mapped[str] = mapped_column(String(1), nullable=False)
    no: Mapped[int] = mapped_column(nullable=False)
    place: Mapped[str] = mapped_column(String(8), nullable=False)


class Seat(Base):
    """One place of a round after its draw. There are as many rows as places announced, and one for each late entry that
    would have won; a trigger refuses others, so no more can ever be sold.
    """

    __tablename__ = "pass_seat"
    __table_args__ = (
        CheckConstraint("state IN ('vacant','offered','paid')", name="state"),
        CheckConstraint("(state = 'vacant') = (entry_id IS NULL)", name="who"),
        CheckConstraint("(state = 'offered') = (pay_by IS NOT NULL)", name="deadline"),
        CheckConstraint(
            "(vacated IS NULL) = (reason IS NULL) AND (vacated IS NULL OR state = 'vacant')", name="vacated"
        ),
        Index("uq_pass_seat_entry_id", "entry_id", unique=True),
        Index("ix_pass_seat_pay_by", "pay_by", postgresql_where=text("state = 'offered'")),
    )

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ROUND_ID), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)  # the 正取 number first drawn for it
    place: Mapped[str] = mapped_column(String(8), nullable=False)  # the pool it is reserved for, or *
    state: Mapped[str] = mapped_column(String(8), nullable=False)
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(ENTRY_ID))
    pay_by: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    vacated: Mapped[str | None] = mapped_column(String(12))  # to be filled: whose it was (W12, B3) and why it is free
    reason: Mapped[str | None] = mapped_column(String(10))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class Promotion(Base):
    """遞補: the public log. A row for each vacated place, and who took it. Never changed."""

    __tablename__ = "promotion"
    __table_args__ = (
        CheckConstraint("reason IN ('UNPAID','VOID','GIVEN-UP','OTHER-LOT','REFUNDED')", name="reason"),
        CheckConstraint("promoted IS NULL OR promoted_late IS NULL", name="promoted"),
        Index("ix_promotion_round_id", "round_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ROUND_ID), nullable=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    vacated: Mapped[str] = mapped_column(String(12), nullable=False)  # W12 or B3: whose place it was
    reason: Mapped[str] = mapped_column(String(10), nullable=False)
    promoted: Mapped[int | None] = mapped_column()  # 備取 number; null: nobody waits any longer, or
    promoted_late: Mapped[int | None] = mapped_column()  # a late entry, by its number


class LateEntry(Base):
    """Somebody wrongly left out, by a written decision (§2.11): an extra place, or an extra waiting rank. Nobody moves.

    Never changed. `rank`: before the entry of that draw rank, counted from 0; `no`: waits before that 備取 number.
    """

    __tablename__ = "late_entry"
    __table_args__ = (
        CheckConstraint("late > 0", name="late"),
        CheckConstraint("status IN ('W','B','X')", name="status"),
        CheckConstraint("(status = 'W') = (seat_no IS NOT NULL)", name="seat"),
        Index("uq_late_entry_late", "round_id", "late", unique=True),
        Index(
            "uq_late_entry_seat_no", "round_id", "seat_no", unique=True, postgresql_where=text("seat_no IS NOT NULL")
        ),
    )

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ENTRY_ID), primary_key=True)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ROUND_ID), nullable=False)
    late: Mapped[int] = mapped_column(nullable=False)  # 1, 2, …: L1, L2 in the public log
    rank: Mapped[int] = mapped_column(nullable=False)
    status: Mapped[str] = mapped_column(String(1), nullable=False)
    no: Mapped[int] = mapped_column(nullable=False)
    place: Mapped[str] = mapped_column(String(8), nullable=False)
    seat_no: Mapped[int | None] = mapped_column()
    log_after: Mapped[int] = mapped_column(BigInteger, nullable=False, server_default=text("0"))  # last promotion
    decision: Mapped[str] = mapped_column(String(100), nullable=False)  # its written number
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class CounterSale(Base):
    """現場繳費: a place that was paid at the lot. The receipt number is the lot's own and is used once."""

    __tablename__ = "counter_sale"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("uq_counter_sale_receipt_no", "round_id", "receipt_no", unique=True),
    )

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ENTRY_ID), primary_key=True)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ROUND_ID), nullable=False)
    amount: Mapped[int] = mapped_column(nullable=False)  # NT$
    receipt_no: Mapped[str] = mapped_column(String(32), nullable=False)
    staff: Mapped[str] = mapped_column(String(64), nullable=False)
    paid_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class DrawRecipient(Base):
    """Who outside is sent announce_sha256 before a draw: 政風, 議會, 媒體."""

    __tablename__ = "draw_recipient"

    email: Mapped[str] = mapped_column(String(254), primary_key=True)
    body: Mapped[str] = mapped_column(String(40), nullable=False)
    active: Mapped[bool] = mapped_column(nullable=False, server_default=text("true"))


class DrawArming(Base):
    """Two members of staff have armed a draw that is announced. Never changed."""

    __tablename__ = "draw_arming"
    __table_args__ = (CheckConstraint("asked_by <> approved_by", name="two_persons"),)

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ROUND_ID), primary_key=True)
    asked_by: Mapped[str] = mapped_column(String(64), nullable=False)
    approved_by: Mapped[str] = mapped_column(String(64), nullable=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
