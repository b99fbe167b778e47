"""稽核軌跡 as auditors read it: rows by who, what or which, the newest first, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from infra.database import UnitOfWork
from models.audit import AuditRow
from models.auditlink import AuditLink

PAGE = 100


@dataclass(frozen=True, slots=True)
class AuditView:
    """One row, and its place in the sealed chain; None while it is not sealed yet."""

    id: int
    at: datetime
    actor: str
    action: str
    subject_type: str
    subject_id: str
    detail: Mapping[str, Any]
    place: int | None


def page(
    uow: UnitOfWork, *, actor: str = "", action: str = "", subject: str = "", before: int | None = None
) -> Sequence[AuditView]:
    """PAGE rows older than the id `before`, of this actor, of actions that begin so, about this subject."""
    query = select(AuditRow, AuditLink.place).outerjoin(AuditLink, AuditLink.audit_id == AuditRow.id)
    if actor:
        query = query.where(AuditRow.actor == actor)
    if action:
        query = query.where(AuditRow.action.startswith(action, autoescape=True))
    if subject:
        query = query.where(AuditRow.subject_id == subject)
    if before is not None:
        query = query.where(AuditRow.id < before)
    rows = uow.session.execute(query.order_by(AuditRow.id.desc()).limit(PAGE)).all()
    return [
        AuditView(row.id, row.at, row.actor, row.action, row.subject_type, row.subject_id, row.detail, place)
        for row, place in rows
    ]
