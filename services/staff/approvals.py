"""What one member of staff asks for and another approves: arming draws, exports without masks, passes given back.

A kind of deed names itself, looks its approval up when it is done, and uses it up.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from domain.staff import APPROVAL_LIFE, StaffRuleError, check_reason
from infra.database import UnitOfWork
from models.staff import Approval
from services import audit
from services.orderbook import database_now


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """`decision`: None while it waits."""

    id: uuid.UUID
    kind: str
    detail: Mapping[str, Any]
    reason: str
    asked_by: str
    asked_at: datetime
    until: datetime
    decision: str | None
    decided_by: str | None
    used: bool


def ask(uow: UnitOfWork, kind: str, detail: Mapping[str, Any], *, reason: str, actor: str) -> uuid.UUID:
    """Ask for a deed. `detail` holds ids, states and sums. Raises StaffRuleError without a reason."""
    reason = check_reason(reason)
    row = Approval(id=uuid.uuid4(), kind=kind, detail=dict(detail), reason=reason, asked_by=actor)
    row.until = database_now(uow) + APPROVAL_LIFE
    uow.session.add(row)
    _note(uow, "asked", row, actor)
    return row.id


def decide(uow: UnitOfWork, approval_id: uuid.UUID, kind: str, *, approve: bool, actor: str) -> ApprovalView:
    """A second person decides. `kind`: what the page is about, whose power they have shown; another is not there.

    Raises StaffRuleError: no such, decided, too old, or the same person.
    """
    row = _locked(uow, approval_id)
    now = database_now(uow)
    if row.kind != kind:
        raise StaffRuleError("沒有這件申請")
    if row.decision is not None:
        raise StaffRuleError("這件申請已經有人決定了")
    if row.until <= now:
        raise StaffRuleError("這件申請已過期，請重新申請")
    if row.asked_by == actor:
        raise StaffRuleError("申請的人不能核准自己的申請，請由另一位同仁決定")
    row.decision, row.decided_by, row.decided_at = "approved" if approve else "rejected", actor, now
    _note(uow, row.decision, row, actor)
    return _view(row)


def use(uow: UnitOfWork, approval_id: uuid.UUID, kind: str, *, actor: str) -> ApprovalView:
    """The deed is done under this approval, once. Raises StaffRuleError: not approved, used, too old, another kind."""
    row = _locked(uow, approval_id)
    if row.kind != kind or row.decision != "approved" or row.used_at is not None or row.until <= database_now(uow):
        raise StaffRuleError("這件申請尚未核准、已使用或已過期")
    row.used_at = database_now(uow)
    _note(uow, "used", row, actor)
    return _view(row)


def waiting(uow: UnitOfWork, kinds: Sequence[str] | None = None) -> Sequence[ApprovalView]:
    """What waits for a second person, the oldest first."""
    query = select(Approval).where(Approval.decision.is_(None), Approval.until > database_now(uow))
    if kinds is not None:
        query = query.where(Approval.kind.in_(kinds))
    return [_view(row) for row in uow.session.scalars(query.order_by(Approval.asked_at))]


def usable(uow: UnitOfWork, kind: str, asked_by: str) -> Sequence[ApprovalView]:
    """What was approved for somebody and is not used up."""
    query = select(Approval).where(Approval.kind == kind, Approval.asked_by == asked_by)
    query = query.where(Approval.decision == "approved", Approval.used_at.is_(None))
    query = query.where(Approval.until > database_now(uow)).order_by(Approval.asked_at)
    return [_view(row) for row in uow.session.scalars(query)]


def _locked(uow: UnitOfWork, approval_id: uuid.UUID) -> Approval:
    row = uow.session.get(Approval, approval_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise StaffRuleError("沒有這件申請")
    return row


def _note(uow: UnitOfWork, what: str, row: Approval, actor: str) -> None:
    detail: audit.Detail = {"kind": row.kind}
    audit.write(uow, f"approval.{what}", actor=actor, subject_type="approval", subject_id=row.id, detail=detail)


def _view(row: Approval) -> ApprovalView:
    return ApprovalView(
        row.id,
        row.kind,
        row.detail,
        row.reason,
        row.asked_by,
        row.asked_at,
        row.until,
        row.decision,
        row.decided_by,
        row.used_at is not None,
    )
