"""Passes (月票) for gate systems: whose plate may enter a lot on a day."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from domain.draw.coding import REHEARSAL
from domain.draw.listing import Removal
from domain.rounds import Phase
from infra.database import UnitOfWork
from models.draw import Seat
from models.passes import PassEntry, PassRound
from services.passes.plates import COMPACT, PLATE


@dataclass(frozen=True, slots=True)
class GatePass:
    """A paid pass, as a gate needs it: no name, no number of a person."""

    plate: str
    kind: str
    pass_type: str
    starts_on: date
    ends_on: date


def of_lot(uow: UnitOfWork, lot: str, on: date) -> Sequence[GatePass]:
    """Every paid pass of a lot that holds on this day, by plate. Rehearsals open no gate."""
    return of_lots(uow, [lot], on).get(lot, ())


def of_lots(uow: UnitOfWork, lots: Collection[str], on: date) -> Mapping[str, Sequence[GatePass]]:
    """The same of several lots; one without a pass is left out."""
    query = (
        select(PassRound.lot, PLATE, PassRound.kind, PassRound.pass_type, PassRound.starts_on, PassRound.ends_on)
        .select_from(PassEntry)
        .join(PassRound, PassRound.id == PassEntry.round_id)
        .outerjoin(Seat, Seat.entry_id == PassEntry.id)
        .where(PassRound.lot.in_(lots), PassRound.starts_on <= on, PassRound.ends_on >= on)
        .where(or_(Seat.state == "paid", PassEntry.state == Removal.BOUGHT_FIRST.value))
        .where(PassRound.draw_id.not_like(f"{REHEARSAL}%"), PassRound.phase != Phase.VOID.value)
        .order_by(COMPACT, PassRound.pass_type)
    )
    found: dict[str, list[GatePass]] = defaultdict(list)
    for lot, plate, kind, pass_type, starts_on, ends_on in uow.session.execute(query):
        found[lot].append(GatePass(plate, kind, pass_type, starts_on, ends_on))
    return found
