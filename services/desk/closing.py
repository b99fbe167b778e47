"""The end of a case, and its going on after all, whoever brings it about."""

from sqlalchemy import func

from domain.desk import ClosedBy, Sender, ThreadState, case_number
from domain.ports.notices import Notices
from infra.database import UnitOfWork
from models.thread import ThreadRow
from services import audit

CLOSED = "thread_closed"  # the notice that asks 滿意 or 不滿意


def close(
    uow: UnitOfWork,
    row: ThreadRow,
    by: ClosedBy,
    *,
    actor: str,
    reason: str | None = None,
    notices: Notices | None = None,
) -> None:
    """Close a case that is locked. `notices`: its citizen is told, where they did not close it themselves."""
    row.state, row.closed_at, row.closed_by = ThreadState.CLOSED.value, func.now(), by.value
    row.unread, row.waiting_since, row.reason = 0, None, reason or row.reason
    uow.session.flush()
    detail = {"by": by.value, "reason": row.reason}
    audit.write(uow, "thread.closed", actor=actor, subject_type="thread", subject_id=row.id, detail=detail)
    if notices:
        tell(uow, notices, row, CLOSED, "thread-closed")


def open_again(uow: UnitOfWork, row: ThreadRow, *, actor: str, detail: audit.Detail | None = None) -> None:
    """A closed case that is locked goes on: staff are to write next, whoever wrote last."""
    row.state, row.closed_at, row.closed_by = ThreadState.OPEN.value, None, None
    row.satisfied = None
    row.reopened += 1
    row.last_at, row.last_by, row.waiting_since = func.now(), Sender.CITIZEN.value, func.now()
    uow.session.flush()
    audit.write(uow, "thread.reopened", actor=actor, subject_type="thread", subject_id=row.id, detail=detail)


def tell(uow: UnitOfWork, notices: Notices, row: ThreadRow, notice: str, key: str) -> None:
    """Post a notice about a case to its citizen, once each time it was opened; to nobody who has left."""
    if row.channel and row.citizen:
        notices.post(
            uow,
            notice,
            channel=row.channel,
            citizen=row.citizen,
            dedupe_key=f"{key}:{row.id}:{row.reopened}",
            data={"thread": str(row.id), "number": case_number(row.no)},
        )
