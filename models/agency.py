"""Agencies (機關) that take part by program: where write-offs go, their keys, and what they report beside bills."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")
AGENCY_ID = "agency.id"


class Agency(Base):
    """One agency. Without an address it fetches its write-offs."""

    __tablename__ = "agency"
    __table_args__ = (CheckConstraint("(webhook_url IS NULL) = (webhook_secret IS NULL)", name="webhook"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(String(16), nullable=False, unique=True)  # as its bills say
    name: Mapped[str] = mapped_column(String(60), nullable=False)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    webhook_url: Mapped[str | None] = mapped_column(Text)
    webhook_secret: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted
    secret_before: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted; signs as well while one is replaced
    person_url: Mapped[str | None] = mapped_column(Text)  # says which bills are a person's, by 身分證字號＋生日
    next_round_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    silent_rounds: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))


class AgencyKey(Base):
    """A key of the agencies' API. Only its hash is kept; two of one agency may hold while one is replaced."""

    __tablename__ = "agency_key"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(AGENCY_ID), nullable=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary, nullable=False, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), nullable=False)
    made_by: Mapped[str] = mapped_column(String(64), nullable=False)  # staff
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    used_on: Mapped[date | None] = mapped_column()  # the last day of use


class AgencyBatch(Base):
    """The answer to a call with an Idempotency-Key, given again to the same call for two days."""

    __tablename__ = "agency_batch"
    __table_args__ = (Index("ix_agency_batch_made_at", "made_at"),)

    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(AGENCY_ID), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    request: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)  # hash of its address and body
    answer: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)  # compressed
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class CaseStep(Base):
    """承辦進度: one step of a case, found by its number. Nothing personal is in it."""

    __tablename__ = "case_step"
    __table_args__ = (
        CheckConstraint("stage IN ('received','in_progress','documents_needed','closed','rejected')", name="stage"),
        UniqueConstraint("agency", "number", "at", "stage"),
        Index("ix_case_step_number", "number"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    agency: Mapped[str] = mapped_column(String(16), nullable=False)
    number: Mapped[str] = mapped_column(String(40), nullable=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    stage: Mapped[str] = mapped_column(String(20), nullable=False)
    note_zh: Mapped[str] = mapped_column(String(200), nullable=False, server_default=text("''"))
    note_en: Mapped[str] = mapped_column(String(200), nullable=False, server_default=text("''"))


class PlateHolder(Base):
    """代繳單位: which firm holds the automatic payment of a plate at the agency's lots; null: none does."""

    __tablename__ = "plate_holder"

    agency: Mapped[str] = mapped_column(String(16), primary_key=True)
    plate_key: Mapped[str] = mapped_column(String(10), primary_key=True)  # compact
    holder: Mapped[str | None] = mapped_column(String(40))  # the firm's key
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), nullable=False
    )  # since when; an older report is passed over
    reported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
