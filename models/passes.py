"""Monthly passes (月票): lots, what they cost there, rounds, and the days of the office."""

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Interval,
    LargeBinary,
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
ROUND_ID = "pass_round.id"
LIVE = text("state = 'live'")


class Lot(Base):
    """A parking lot (停車場)."""

    __tablename__ = "lot"
    __table_args__ = (
        CheckConstraint("sells IN ('online','counter','both')", name="sells"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="position"),
    )

    number: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), nullable=False)
    district: Mapped[str] = mapped_column(String(20), nullable=False)
    village: Mapped[str] = mapped_column(String(20), nullable=False)  # 里
    address: Mapped[str] = mapped_column(String(120), nullable=False)
    latitude: Mapped[float | None] = mapped_column()
    longitude: Mapped[float | None] = mapped_column()
    sells: Mapped[str] = mapped_column(String(8), nullable=False, server_default=text("'both'"))
    on_shelf: Mapped[bool] = mapped_column(nullable=False, server_default=text("true"))  # 上下架


class LotPlan(Base):
    """A price rule (優惠方案) of a lot: for everybody, or for residents of some 里."""

    __tablename__ = "lot_plan"
    __table_args__ = (CheckConstraint("price > 0", name="price"),)

    lot: Mapped[str] = mapped_column(ForeignKey("lot.number"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    pass_type: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), nullable=False)  # 一般, 優惠里, 所在里
    price: Mapped[int] = mapped_column(nullable=False)  # NT$ a month
    pool: Mapped[str] = mapped_column(String(8), nullable=False, server_default=text("'G'"))  # after 資格審查
    villages: Mapped[list[str]] = mapped_column(ARRAY(Text), nullable=False, server_default=text("'{}'::text[]"))
    evidence: Mapped[str | None] = mapped_column(String(16))  # what must be shown for it: a code of config/passes.toml


class PassRound(Base):
    """A round (抽籤期別). From its announcement on a trigger lets nobody change what was announced."""

    __tablename__ = "pass_round"
    __table_args__ = (
        CheckConstraint("phase IN ('open','frozen','announced','drawn','published','void')", name="phase"),
        CheckConstraint(
            "opens_at < closes_at AND closes_at <= draw_at - interval '10 minutes' AND draw_at < pay_by", name="times"
        ),
        CheckConstraint(
            "clock_shift = interval '0' OR draw_id LIKE 'TEST/%'", name="only_rehearsals_shift_their_clock"
        ),
        CheckConstraint("source IN ('drand','witness','drand+witness')", name="source"),
        CheckConstraint("registration_limit > 0 AND waitlist >= 0", name="limits"),
        Index("uq_pass_round_draw_id", "draw_id", unique=True),
        Index(
            "uq_pass_round_month",
            "lot",
            "kind",
            "pass_type",
            "month",
            unique=True,
            postgresql_where=text("draw_id NOT LIKE 'TEST/%' AND phase <> 'void'"),
        ),
        Index("ix_pass_round_phase", "phase"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    draw_id: Mapped[str] = mapped_column(String(64), nullable=False)
    lot: Mapped[str] = mapped_column(ForeignKey("lot.number"), nullable=False)
    kind: Mapped[str] = mapped_column(String(20), nullable=False)
    pass_type: Mapped[str] = mapped_column(String(16), nullable=False)
    month: Mapped[str] = mapped_column(String(7), nullable=False)  # of use, 2027-01
    starts_on: Mapped[date] = mapped_column(nullable=False)  # 使用期間
    ends_on: Mapped[date] = mapped_column(nullable=False)
    opens_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    closes_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    draw_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    pay_by: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    steps: Mapped[str] = mapped_column(String(200), nullable=False)
    waitlist: Mapped[int | None] = mapped_column()  # null: all
    source: Mapped[str] = mapped_column(String(13), nullable=False, server_default=text("'drand'"))
    registration_limit: Mapped[int] = mapped_column(SmallInteger, nullable=False)  # 登記限制
    on_shelf: Mapped[bool] = mapped_column(nullable=False, server_default=text("true"))
    phase: Mapped[str] = mapped_column(String(10), nullable=False, server_default=text("'open'"))
    clock_shift: Mapped[timedelta] = mapped_column(Interval, nullable=False, server_default=text("'0'::interval"))
    logged: Mapped[int] = mapped_column(BigInteger, nullable=False, server_default=text("0"))  # entries ever made
    frozen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    opening_told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # to those who starred the lot
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class PassEntry(Base):
    """An entry (申請). Its commitment never changes; a change of plate, pool or mobile is a new entry.

    A trigger refuses new, changed and deleted rows once the round is frozen; salt and person may only be forgotten.
    LATE, after the draw, is somebody wrongly left out (LateEntry).
    """

    __tablename__ = "pass_entry"
    __table_args__ = (
        CheckConstraint(
            "state IN ('live','WITHDRAWN','CHANGED','PLATE-TWICE','OVER-LIMIT','INELIGIBLE','BOUGHT-FIRST','LEFT',"
            "'LATE')",
            name="state",
        ),
        CheckConstraint("(channel IS NULL) = (citizen IS NULL)", name="citizen"),
        Index("uq_pass_entry_entry_no", "round_id", "entry_no", unique=True),
        Index("uq_pass_entry_log_index", "round_id", "log_index", unique=True),
        Index("uq_pass_entry_commitment", "commitment", unique=True),
        Index("uq_pass_entry_live_plate", "round_id", "compact", unique=True, postgresql_where=LIVE),
        Index("ix_pass_entry_citizen", "channel", "citizen", postgresql_where=text("citizen IS NOT NULL")),
        Index("ix_pass_entry_holder_hash", "holder_hash"),
        Index("ix_pass_entry_compact", "compact"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ROUND_ID), nullable=False)
    entry_no: Mapped[str] = mapped_column(String(32), nullable=False)
    log_index: Mapped[int] = mapped_column(BigInteger, nullable=False)  # order of arrival, from 0
    commitment: Mapped[str] = mapped_column(String(64), nullable=False)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)  # ciphertext; deleted after the complaint period
    pool: Mapped[str] = mapped_column(String(8), nullable=False)
    plan: Mapped[str] = mapped_column(String(16), nullable=False)
    plate: Mapped[str] = mapped_column(String(12), nullable=False)  # canonical
    compact: Mapped[str] = mapped_column(String(12), nullable=False)
    holder: Mapped[bytes | None] = mapped_column(LargeBinary)  # the mobile at application, ciphertext
    holder_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    name: Mapped[bytes | None] = mapped_column(LargeBinary)  # ciphertext
    landline: Mapped[bytes | None] = mapped_column(LargeBinary)  # 市內電話, ciphertext; counter entries only
    channel: Mapped[str | None] = mapped_column(String(64))
    citizen: Mapped[str | None] = mapped_column(String(64))  # null: at the counter
    preference: Mapped[int] = mapped_column(BigInteger, nullable=False)  # 志願序: lower is wanted more
    state: Mapped[str] = mapped_column(String(12), nullable=False, server_default=text("'live'"))
    applied_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)  # when its request was stored
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PriorityWindow(Base):
    """優先購買: places sold without a draw, e.g. to 身心障礙者. What is unsold joins the draw."""

    __tablename__ = "priority_window"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at AND places >= 0 AND sold BETWEEN 0 AND places", name="places"),
    )

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ROUND_ID), primary_key=True)
    category: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), nullable=False)
    opens_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    closes_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    places: Mapped[int] = mapped_column(nullable=False)
    sold: Mapped[int] = mapped_column(nullable=False, server_default=text("0"))
    joined_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # the rest went into the draw


class OfficeDay(Base):
    """A day on which the office is not as the week has it: holiday, typhoon day, 補班日."""

    __tablename__ = "office_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    works: Mapped[bool] = mapped_column(nullable=False)
    name: Mapped[str] = mapped_column(String(40), nullable=False)
