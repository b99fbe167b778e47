"""Writes audit rows in the caller's transaction, so that a deed and its trace stand or fall together."""

from collections.abc import Mapping

from infra.database import UnitOfWork
from models.audit import AuditRow

SYSTEM = "system"
CITIZEN = "citizen"

Detail = Mapping[str, str | int | bool | None]


def write(
    uow: UnitOfWork, action: str, *, actor: str, subject_type: str, subject_id: object, detail: Detail | None = None
) -> None:
    """Add one audit row. `detail` holds ids, states and amounts in NT$; a name, plate or phone never belongs here."""
    row = AuditRow(
        actor=actor, action=action, subject_type=subject_type, subject_id=str(subject_id), detail=dict(detail or {})
    )
    uow.session.add(row)
