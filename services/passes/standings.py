"""How a citizen's own entries stand: before the draw, in it, and after it."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from domain.draw.coding import is_rehearsal
from domain.draw.listing import Removal
from domain.passview import EntryStanding
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import Phase
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.draw import Promotion, Seat
from models.passes import Lot, PassEntry, PassRound
from models.qualification import Qualification
from services.passes import odds
from services.passes.afterwards import Rank, lost_of, ranks_of
from services.passes.application import LATE, LIVE
from services.passes.entries import Entries
from services.passes.lots import Lots, PlanView
from services.passes.plates import plates_of
from services.passes.prices import PASSED, for_everybody
from services.passes.rounds import round_now
from services.passes.rules import PassRules

SHOWN = (LIVE, Removal.BOUGHT_FIRST.value, LATE)  # others have ended: withdrawn, changed, taken off
LISTED = (Phase.FROZEN, Phase.ANNOUNCED, Phase.DRAWN, Phase.PUBLISHED)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What entries of one round have in common."""

    row: PassRound
    lot: Lot
    rehearsal: bool
    in_time: bool
    plans: Mapping[str, PlanView]  # the dearest first
    plates: Mapping[uuid.UUID, str]
    judged: Mapping[uuid.UUID, str]  # 資格審查: its state by entry
    promoted_to: int
    last_promoted_to: int
    lost: Mapping[str, str]  # by label


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
        return self.of_round(uow, [entry])[0]

    def of_round(self, uow: UnitOfWork, entries: Sequence[PassEntry]) -> Sequence[EntryStanding]:
        """How some entries of one round stand, in order; what they share is read once."""
        row = uow.session.get_one(PassRound, entries[0].round_id)
        lot = uow.session.get_one(Lot, row.lot)
        rehearsal = is_rehearsal(row.draw_id)
        shown: Collection[str] = (Phase.DRAWN, Phase.PUBLISHED) if rehearsal else (Phase.PUBLISHED,)
        ranks = ranks_of(uow, [entry.id for entry in entries]) if row.phase in shown else {}
        seats = {seat.entry_id: seat for seat in uow.session.scalars(select(Seat).where(Seat.entry_id.in_(ranks)))}
        without = [rank for entry_id, rank in ranks.items() if entry_id not in seats]
        waits = any(rank.status == "B" for rank in ranks.values())
        shared = _Shared(
            row=row,
            lot=lot,
            rehearsal=rehearsal,
            in_time=row.opens_at <= round_now(uow, row) < row.closes_at,
            plans={plan.code: plan for plan in self._lots.plans(uow, row.lot, VehicleKind(row.kind), row.pass_type)},
            plates=plates_of(uow, [entry.id for entry in entries]),
            judged=_judged(uow, [entry.id for entry in entries]),
            promoted_to=_promoted_to(uow, row) if ranks else 0,
            last_promoted_to=_last_promoted_to(uow, row) if waits else 0,
            lost=lost_of(uow, row.id, without),
        )
        return [self._one(entry, ranks.get(entry.id), seats.get(entry.id), shared) for entry in entries]

    def _one(self, entry: PassEntry, rank: Rank | None, seat: Seat | None, shared: _Shared) -> EntryStanding:
        row, lot, plan = shared.row, shared.lot, shared.plans.get(entry.plan)
        live, bought = entry.state == LIVE, entry.state == Removal.BOUGHT_FIRST
        judged = shared.judged.get(entry.id)
        due = plan
        if plan and plan.evidence and judged != PASSED and row.phase in LISTED:
            due = for_everybody(list(shared.plans.values())) or plan
        return EntryStanding(
            entry_id=entry.id,
            draw_id=row.draw_id,
            entry_no=entry.entry_no,
            lot=lot.number,
            lot_name=lot.name,
            type_names=self._rules.type_names(row.pass_type),
            plate=shared.plates[entry.id],
            price=due.price if due else None,
            plan=plan.name if plan else entry.plan,
            plan_code=entry.plan,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            closes_at=row.closes_at,
            draw_at=row.draw_at,
            changeable=live and row.phase == Phase.OPEN and shared.in_time,
            void=row.phase == Phase.VOID,
            has_receipt=entry.salt is not None,
            on_list=live and row.phase in LISTED,
            status=rank.status if rank else None,
            no=rank.no if rank else 0,
            promoted_to=shared.promoted_to if rank else 0,
            last_promoted_to=shared.last_promoted_to if rank and rank.status == "B" else 0,
            seat="paid" if bought else seat.state if seat else None,
            pay_by=seat.pay_by if seat else None,
            sells=lot.sells,
            lost=shared.lost.get(rank.label) if rank and not seat else None,
            late=rank.late if rank else 0,
            evidence=self._rules.evidence_names(plan.evidence) if plan and plan.evidence else None,
            judged=judged,
            rehearsal=shared.rehearsal,
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


def _judged(uow: UnitOfWork, entries: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    found = select(Qualification.entry_id, Qualification.state).where(Qualification.entry_id.in_(entries))
    return {row.entry_id: row.state for row in uow.connection.execute(found)}


def _promoted_to(uow: UnitOfWork, row: PassRound) -> int:
    highest = select(func.max(Promotion.promoted)).where(Promotion.round_id == row.id)
    return uow.connection.execute(highest).scalar() or 0


def _last_promoted_to(uow: UnitOfWork, row: PassRound) -> int:
    drawn = odds.past(uow, row.lot, row.kind, row.pass_type, before=row.month)
    return drawn[0].highest if drawn else 0
