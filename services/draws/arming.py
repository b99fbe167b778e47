"""Arming (啟動抽籤): one member of staff asks, with the announcements in view, another approves; many rounds at once.

What is armed is drawn by the schedule at its time, or by whoever presses 開始抽籤 first. Arming binds the very
announcements that were looked at, and chooses nothing: the result does not depend on who armed, or pressed, or when.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.rounds import Phase, RoundRuleError
from infra.database import UnitOfWork
from models.draw import DrawArming, DrawFile
from models.passes import PassRound
from services.draws import files
from services.passes.rounds import note, read_round, round_now
from services.staff import approvals

KIND = "draws.arm"  # of the approval


@dataclass(frozen=True, slots=True)
class Armed:
    """Who asked and who approved."""

    asked_by: str
    approved_by: str
    at: datetime


def ask(uow: UnitOfWork, draw_ids: Sequence[str], *, reason: str, actor: str) -> uuid.UUID:
    """Ask for these draws. Raises RoundRuleError for one that is not announced, StaffRuleError without a reason."""
    if not draw_ids:
        raise RoundRuleError("請至少選一個期別")
    hashes = {draw_id: _announced(uow, draw_id) for draw_id in draw_ids}
    return approvals.ask(uow, KIND, hashes, reason=reason, actor=actor)


def decide(uow: UnitOfWork, approval_id: uuid.UUID, *, approve: bool, actor: str) -> int:
    """A second person decides; how many are armed now. Raises RoundRuleError, or StaffRuleError."""
    seen = approvals.decide(uow, approval_id, KIND, approve=approve, actor=actor)
    if not approve:
        return 0
    approvals.use(uow, approval_id, KIND, actor=actor)
    for draw_id, digest in seen.detail.items():
        if _announced(uow, draw_id) != digest:
            raise RoundRuleError(f"{draw_id} 的公告與申請時不同")
        row = read_round(uow, draw_id, lock=True)
        values = {"round_id": row.id, "asked_by": seen.asked_by, "approved_by": actor}
        uow.connection.execute(insert(DrawArming).values(values).on_conflict_do_nothing())
        note(uow, "draw.armed", row, actor, {"asked_by": seen.asked_by, "announce": digest})
    return len(seen.detail)


def armed(uow: UnitOfWork, draw_id: str) -> Armed | None:
    """Who armed a draw."""
    query = select(DrawArming).join(PassRound, PassRound.id == DrawArming.round_id)
    row = uow.session.scalar(query.where(PassRound.draw_id == draw_id))
    return Armed(row.asked_by, row.approved_by, row.at) if row else None


def due(uow: UnitOfWork) -> Sequence[str]:
    """Armed draws whose time has come, and which are not drawn. For the schedule."""
    query = select(PassRound).join(DrawArming, DrawArming.round_id == PassRound.id)
    rows = uow.session.scalars(query.where(PassRound.phase == Phase.ANNOUNCED.value).order_by(PassRound.draw_id))
    return [row.draw_id for row in rows if row.draw_at <= round_now(uow, row)]


def _announced(uow: UnitOfWork, draw_id: str) -> str:
    """The hash of what was announced. Raises RoundRuleError."""
    row = read_round(uow, draw_id, lock=False)
    if row.phase != Phase.ANNOUNCED:
        raise RoundRuleError(f"{draw_id} 還沒有公告登記清單，或已經抽籤")
    wanted = select(DrawFile.sha256).where(DrawFile.draw_id == draw_id, DrawFile.name == files.ANNOUNCE)
    return str(uow.connection.execute(wanted).scalar_one())
