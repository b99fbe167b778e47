"""Audit rows (稽核軌跡): who did what to which row. Ids and amounts only, never personal data."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AuditRow(Base):
    """One staff action or money move, written in its own transaction. Never updated, never deleted."""

    __tablename__ = "audit_row"
    __table_args__ = (Index("ix_audit_row_subject", "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    actor: Mapped[str] = mapped_column(String(64), nullable=False)  # "system", "citizen", a provider, or a staff id
    action: Mapped[str] = mapped_column(String(64), nullable=False)  # e.g. "attempt.paid"
    subject_type: Mapped[str] = mapped_column(String(32), nullable=False)
    subject_id: Mapped[str] = mapped_column(String(64), nullable=False)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, nullable=False, server_default=text("'{}'::jsonb"))
