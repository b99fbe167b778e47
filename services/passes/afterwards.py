"""What became of an entry after the draw: where it came, and why a place it had is lost."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select

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
    drawn = uow.session.get(DrawRank, entry_id)
    if drawn is not None:
        return Rank(drawn.round_id, drawn.status, drawn.no)
    late = uow.session.get(LateEntry, entry_id)
    return Rank(late.round_id, late.status, late.no, late.late) if late is not None else None


def lost(uow: UnitOfWork, rank: Rank) -> str | None:
    """The reason code with which its place fell free, or with which it was passed over; None where neither happened."""
    of_label = (Seat.round_id == rank.round_id, Seat.vacated == rank.label)
    waiting = uow.session.scalar(select(Seat.reason).where(*of_label).limit(1))
    if waiting is not None:
        return waiting
    logged = select(Promotion.reason).where(Promotion.round_id == rank.round_id, Promotion.vacated == rank.label)
    return uow.session.scalar(logged.order_by(Promotion.id.desc()).limit(1))
