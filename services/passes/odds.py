"""How the draws of a lot went: places, entries, and how far the waiting list was promoted (遞補)."""

from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select

from domain.draw.coding import REHEARSAL
from domain.passview import Odds
from domain.rounds import Phase, places_of
from infra.database import UnitOfWork
from models.draw import DrawRank, Promotion
from models.passes import PassRound

MONTHS = 6  # drawn months that a citizen is shown


def past(
    uow: UnitOfWork, lot: str, kind: str, pass_type: str, *, before: str = "9999-12", rehearsals: bool = False
) -> Sequence[Odds]:
    """The published draws of a lot, vehicle kind and pass type for months before one, the latest first.

    `rehearsals`: those that were drawn count as well, where there is nothing else: on one's own machine.
    """
    same = (PassRound.lot == lot, PassRound.kind == kind, PassRound.pass_type == pass_type, PassRound.month < before)
    rehearsal = PassRound.draw_id.startswith(REHEARSAL)
    shown = and_(~rehearsal, PassRound.phase == Phase.PUBLISHED)
    if rehearsals:
        shown = or_(shown, and_(rehearsal, PassRound.phase == Phase.DRAWN))
    entries = select(func.count()).where(DrawRank.round_id == PassRound.id).scalar_subquery()
    highest = select(func.max(Promotion.promoted)).where(Promotion.round_id == PassRound.id).scalar_subquery()
    found = (
        select(PassRound.month, PassRound.steps, entries.label("entries"), highest.label("highest"))
        .where(*same, shown)
        .order_by(PassRound.month.desc())
        .limit(MONTHS)
    )
    return [
        Odds(places_of(row.steps), row.entries, row.month, row.highest or 0) for row in uow.connection.execute(found)
    ]
