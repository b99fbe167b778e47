"""What became of an entry after the draw: where it came, and why a place it had is lost."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import literal, select

from infra.database import UnitOfWork
from models.draw import DrawRank, LateEntry, Promotion, Seat


@dataclass(frozen=True, slots=True)
class Rank:
    """Where an entry came: as result.tsv says, or put in beside it as `late` (§2.11)."""

    round_id: uuid.UUID
    status: str  # W, B, X
    no: int
    late: int = 0

    @property
    def label(self) -> str:
        """As the public log calls it: W12, B3, L1."""
        return f"L{self.late}" if self.late else f"{self.status}{self.no}"


def rank_of(uow: UnitOfWork, entry_id: uuid.UUID) -> Rank | None:
    """Where an entry came; None when it took no part."""
    return ranks_of(uow, [entry_id]).get(entry_id)


def ranks_of(uow: UnitOfWork, entry_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Rank]:
    """Where these came; those that took no part are left out."""
    drawn = select(DrawRank.entry_id, DrawRank.round_id, DrawRank.status, DrawRank.no, literal(0))
    late = select(LateEntry.entry_id, LateEntry.round_id, LateEntry.status, LateEntry.no, LateEntry.late)
    asked = (drawn.where(DrawRank.entry_id.in_(entry_ids)), late.where(LateEntry.entry_id.in_(entry_ids)))
    rows = [row for one in asked for row in uow.connection.execute(one)]
    return {entry_id: Rank(round_id, status, no, late_no) for entry_id, round_id, status, no, late_no in rows}


def lost(uow: UnitOfWork, rank: Rank) -> str | None:
    """The reason code with which its place fell free, or with which it was passed over; None where neither happened."""
    return lost_of(uow, rank.round_id, [rank]).get(rank.label)


def lost_of(uow: UnitOfWork, round_id: uuid.UUID, ranks: Sequence[Rank]) -> dict[str, str]:
    """The same for several of one round, by their labels."""
    labels = sorted({rank.label for rank in ranks})
    if not labels:
        return {}
    logged = select(Promotion.vacated, Promotion.reason).where(Promotion.round_id == round_id)
    logged = logged.where(Promotion.vacated.in_(labels)).order_by(Promotion.id)
    waiting = select(Seat.vacated, Seat.reason).where(Seat.round_id == round_id, Seat.vacated.in_(labels))
    return {str(label): str(reason) for one in (logged, waiting) for label, reason in uow.connection.execute(one)}
