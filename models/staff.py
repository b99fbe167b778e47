"""Staff (承辦人員): accounts, their lots and deputies, sessions, and what waits for a second person."""

import uuid
from datetime import date, datetime
from typing import Any

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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOW = text("now()")


class StaffRow(Base):
    """One account, never deleted: the audit names its login.

    `setup_hash`: of the token with which its owner chooses a password; nobody logs in with it until then.
    """

    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint("role IN ('lot', 'head', 'audit', 'service')", name="role"),
        CheckConstraint("setup_hash IS NOT NULL OR password_hash IS NOT NULL AND totp IS NOT NULL", name="usable"),
        Index("uq_staff_login", "login", unique=True),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    login: Mapped[str] = mapped_column(String(32), nullable=False)
    name: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    role: Mapped[str] = mapped_column(String(8), nullable=False)
    password_hash: Mapped[str | None] = mapped_column(String(200))  # argon2id
    passwords_before: Mapped[list[str]] = mapped_column(ARRAY(String(200)), nullable=False, server_default=text("'{}'"))
    password_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    totp: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(BigInteger, nullable=False, server_default=text("0"))  # last one used
    setup_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    setup_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    wrong_tries: Mapped[int] = mapped_column(SmallInteger, nullable=False, server_default=text("0"))
    locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    email: Mapped[bytes | None] = mapped_column(LargeBinary)  # ciphertext; for reminders of 張數
    reminded_on: Mapped[date | None] = mapped_column()  # the last day on which one was sent
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class StaffLot(Base):
    """A lot that a member of a lot's staff sees."""

    __tablename__ = "staff_lot"

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    lot: Mapped[str] = mapped_column(ForeignKey("lot.number"), primary_key=True)


class StaffDeputy(Base):
    """職務代理人: `deputy_id` acts in the role of `staff_id` on these days, both included."""

    __tablename__ = "staff_deputy"
    __table_args__ = (
        CheckConstraint("staff_id <> deputy_id", name="another"),
        CheckConstraint("first_day <= last_day", name="days"),
        Index("ix_staff_deputy_deputy_id", "deputy_id", "last_day"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), nullable=False)
    deputy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), nullable=False)
    first_day: Mapped[date] = mapped_column(nullable=False)
    last_day: Mapped[date] = mapped_column(nullable=False)


class StaffSession(Base):
    """A browser that is logged in. Its cookie holds a token; here is the token's hash."""

    __tablename__ = "staff_session"
    __table_args__ = (Index("ix_staff_session_staff_id", "staff_id"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), nullable=False)
    browser: Mapped[str] = mapped_column(String(60), nullable=False)
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)


class Approval(Base):
    """A deed that one member of staff asks for and another must approve. `detail`: ids, states, sums in NT$."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("decided_by <> asked_by", name="second_person"),
        CheckConstraint("decision IN ('approved', 'rejected')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_by IS NULL)", name="decided"),
        Index("ix_approval_waiting", "kind", "asked_at", postgresql_where=text("decision IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), nullable=False)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False)
    reason: Mapped[str] = mapped_column(String(200), nullable=False)
    asked_by: Mapped[str] = mapped_column(String(64), nullable=False)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=NOW)
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False)
    decision: Mapped[str | None] = mapped_column(String(8))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
