"""購買資料管理: what a lot's gate system is given, and whether that has changed since it was last taken.

A list that was taken is remembered by a keyed hash: a plain one of few plates would tell them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from infra.database import UnitOfWork
from models.audit import AuditRow
from services import audit
from services.agencyapi.passes import GatePass, of_lot, of_lots
from services.lookup_key import LookupKey

TAKEN = "gate_list.taken"
FIELD = "gate_list"  # of the keyed hash


@dataclass(frozen=True, slots=True)
class GateState:
    """One lot's list of a day. `current`: what was taken last is this list."""

    passes: int
    taken_at: datetime | None
    taken_by: str | None
    current: bool


class GateLists:
    """wiring gives the key of the hashes."""

    def __init__(self, key: LookupKey) -> None:
        self._key = key

    def states(self, uow: UnitOfWork, lots: Collection[str], day: date) -> Mapping[str, GateState]:
        """How the lists of these lots stand."""
        passes, taken = of_lots(uow, lots, day), _last_taken(uow, lots)
        return {lot: self._state(uow, passes.get(lot, ()), taken.get(lot)) for lot in lots}

    def take(self, uow: UnitOfWork, lot: str, day: date, *, actor: str) -> Sequence[GatePass]:
        """A lot's list of a day; the audit keeps that it was taken."""
        passes = of_lot(uow, lot, day)
        detail: audit.Detail = {"day": day.isoformat(), "passes": len(passes), "list": self._hash(uow, passes)}
        audit.write(uow, TAKEN, actor=actor, subject_type="lot", subject_id=lot, detail=detail)
        return passes

    def _state(self, uow: UnitOfWork, passes: Sequence[GatePass], row: AuditRow | None) -> GateState:
        if row is None:
            return GateState(len(passes), None, None, current=False)
        return GateState(len(passes), row.at, row.actor, row.detail.get("list") == self._hash(uow, passes))

    def _hash(self, uow: UnitOfWork, passes: Sequence[GatePass]) -> str:
        return self._key.hash(uow, FIELD, "\n".join(map(repr, passes))).hex()


def _last_taken(uow: UnitOfWork, lots: Collection[str]) -> Mapping[str, AuditRow]:
    taken = AuditRow.subject_type == "lot", AuditRow.subject_id.in_(lots), AuditRow.action == TAKEN
    last = select(func.max(AuditRow.id)).where(*taken).group_by(AuditRow.subject_id)
    return {row.subject_id: row for row in uow.session.scalars(select(AuditRow).where(AuditRow.id.in_(last)))}
