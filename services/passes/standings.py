"""How a citizen's own entries stand: before the draw, in it, and after it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import func, select

from domain.draw.coding import is_rehearsal
from domain.draw.listing import Removal
from domain.passview import EntryStanding
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import Phase
from infra.database import UnitOfWork
from models.draw import Promotion, Seat
from models.passes import Lot, PassEntry, PassRound
from services.passes import odds
from services.passes.afterwards import lost, rank_of
from services.passes.application import LATE, LIVE
from services.passes.entries import Entries
from services.passes.lots import Lots
from services.passes.rounds import round_now
from services.passes.rules import PassRules

SHOWN = (LIVE, Removal.BOUGHT_FIRST.value, LATE)  # others have ended: withdrawn, changed, taken off
LISTED = (Phase.FROZEN, Phase.ANNOUNCED, Phase.DRAWN, Phase.PUBLISHED)


class Standings:
    """wiring gives the rules, lots and entries."""

    def __init__(self, rules: PassRules, lots: Lots, entries: Entries) -> None:
        self._rules = rules
        self._lots = lots
        self._entries = entries

    def mine(self, uow: UnitOfWork, channel: str, citizen: str, mobile: Mobile | None) -> Sequence[EntryStanding]:
        """A citizen's entries, the latest month first, within it in 志願序."""
        return self._all(uow, self._entries.of(uow, channel, citizen, mobile))

    def by_number_and_plate(self, uow: UnitOfWork, mobile: Mobile, plate: Plate) -> Sequence[EntryStanding]:
        """Entries of exactly this number and plate: for those without LINE."""
        return self._all(uow, self._entries.by_number_and_plate(uow, mobile, plate))

    def of(self, uow: UnitOfWork, entry: PassEntry) -> EntryStanding:
        """How one entry stands."""
        row = uow.session.get_one(PassRound, entry.round_id)
        lot = uow.session.get_one(Lot, row.lot)
        rehearsal = is_rehearsal(row.draw_id)
        shown: Collection[str] = (Phase.DRAWN, Phase.PUBLISHED) if rehearsal else (Phase.PUBLISHED,)
        rank = rank_of(uow, entry.id) if row.phase in shown else None
        seat = uow.session.scalar(select(Seat).where(Seat.entry_id == entry.id)) if rank else None
        plan = self._lots.plan(uow, row, entry.plan)
        live, bought = entry.state == LIVE, entry.state == Removal.BOUGHT_FIRST
        in_time = row.opens_at <= round_now(uow, row) < row.closes_at
        return EntryStanding(
            entry_id=entry.id,
            draw_id=row.draw_id,
            entry_no=entry.entry_no,
            lot=lot.number,
            lot_name=lot.name,
            type_names=self._rules.type_names(row.pass_type),
            plate=entry.plate,
            price=plan.price if plan else None,
            plan=plan.name if plan else entry.plan,
            plan_code=entry.plan,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            closes_at=row.closes_at,
            draw_at=row.draw_at,
            changeable=live and row.phase == Phase.OPEN and in_time,
            void=row.phase == Phase.VOID,
            has_receipt=entry.salt is not None,
            on_list=live and row.phase in LISTED,
            status=rank.status if rank else None,
            no=rank.no if rank else 0,
            promoted_to=_promoted_to(uow, row) if rank else 0,
            last_promoted_to=_last_promoted_to(uow, row) if rank and rank.status == "B" else 0,
            seat="paid" if bought else seat.state if seat else None,
            pay_by=seat.pay_by if seat else None,
            sells=lot.sells,
            lost=lost(uow, rank) if rank and not seat else None,
            late=rank.late if rank else 0,
            rehearsal=rehearsal,
        )

    def _all(self, uow: UnitOfWork, entries: Iterable[PassEntry]) -> Sequence[EntryStanding]:
        """Of entries in their 志願序, each with its place in it."""
        standings = [self.of(uow, entry) for entry in entries if entry.state in SHOWN]
        together: dict[tuple[str, object, bool], list[EntryStanding]] = defaultdict(list)
        for one in standings:
            if one.seat is None:
                together[one.plate, one.starts_on, one.rehearsal].append(one)
        choice = {id(one): (at, len(of)) for of in together.values() for at, one in enumerate(of, 1)}
        placed = [replace(one, choice=at, choices=of) for one in standings for at, of in [choice.get(id(one), (1, 1))]]
        return sorted(placed, key=lambda one: one.starts_on, reverse=True)


def _promoted_to(uow: UnitOfWork, row: PassRound) -> int:
    highest = select(func.max(Promotion.promoted)).where(Promotion.round_id == row.id)
    return uow.connection.execute(highest).scalar() or 0


def _last_promoted_to(uow: UnitOfWork, row: PassRound) -> int:
    drawn = odds.past(uow, row.lot, row.kind, row.pass_type, before=row.month)
    return drawn[0].highest if drawn else 0
