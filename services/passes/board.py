"""What citizens see of passes: open rounds with last draws' odds, and how their own entries stand."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import asin, cos, radians, sin, sqrt

from sqlalchemy import select, text

from domain.clock import Clock
from domain.draw.coding import is_rehearsal
from domain.passview import EntryStanding, Odds, OpenRound, PassPlan
from domain.phones import Mobile
from domain.plates import Plate
from domain.reader import Language
from domain.rounds import Phase, places_of
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from infra.links import make_token, read_token
from models.passes import Lot, PassEntry, PassRound
from services.passes import odds
from services.passes.application import LIVE
from services.passes.entries import Entries
from services.passes.lots import Lots, Sells
from services.passes.rules import PassRules
from services.passes.standings import Standings
from services.passes.windows import open_windows

EARTH_METRES = 6_371_000
WALK_METRES = 1_500  # about twenty minutes on foot
FEWEST_NEAR, MOST_NEAR = 3, 6
_STORED = text("SELECT coalesce((SELECT received_at FROM inbound_event WHERE event_id = :id), now())")
_PURPOSE = "pass receipt"


@dataclass(frozen=True, slots=True)
class Repeat:
    """An entry of the month before that can be made again."""

    round: OpenRound
    plate: str
    plan: str


class PassBoard:
    """wiring gives the services of the room, and what receipts' addresses are made of: PUBLIC_URL and SESSION_KEY."""

    def __init__(
        self,
        rules: PassRules,
        lots: Lots,
        entries: Entries,
        public_url: str,
        keys: Sequence[str],
        clock: Clock,
        *,
        rehearsals: bool = False,
    ) -> None:
        self.rules = rules
        self._lots = lots
        self._entries = entries
        self._public_url = public_url
        self._keys = keys
        self._clock = clock
        self._standings = Standings(rules, lots, entries)
        self._rehearsals = rehearsals  # offered to citizens in console mode only

    @property
    def draws_url(self) -> str:
        """Where the files of draws are public."""
        return f"{self._public_url}/draws/"

    def asked_at(self, uow: UnitOfWork, event_id: str) -> datetime:
        """When the message of an event was stored: the moment that decides whether it came in time."""
        stored: datetime = uow.connection.execute(_STORED, {"id": event_id}).scalar_one()
        return stored

    def open_rounds(self, uow: UnitOfWork, moment: datetime, *, counter_too: bool = False) -> Sequence[OpenRound]:
        """Rounds that can be applied for at a moment, by district; in console mode rehearsals too.

        `counter_too`: also where the lot itself takes all applications.
        """
        found = (
            select(PassRound, Lot)
            .join(Lot, Lot.number == PassRound.lot)
            .where(PassRound.phase == Phase.OPEN, PassRound.on_shelf, Lot.on_shelf)
            .where(PassRound.opens_at <= moment + PassRound.clock_shift)
            .where(PassRound.closes_at > moment + PassRound.clock_shift)
            .order_by(Lot.district, Lot.name, PassRound.pass_type, PassRound.draw_id)
        )
        if not counter_too:
            found = found.where(Lot.sells != Sells.COUNTER)
        pairs = [(row, lot) for row, lot in uow.session.execute(found)]
        return self._views(uow, [pair for pair in pairs if self._rehearsals or not is_rehearsal(pair[0].draw_id)])

    def round(self, uow: UnitOfWork, draw_id: str) -> OpenRound | None:
        """A round by its name, open or not, with its odds; None when a button was made up."""
        found = select(PassRound, Lot).join(Lot, Lot.number == PassRound.lot).where(PassRound.draw_id == draw_id)
        views = self._views(uow, [(row, lot) for row, lot in uow.session.execute(found)])
        return self.with_odds(uow, views[0]) if views else None

    def near(
        self, uow: UnitOfWork, rounds: Sequence[OpenRound], latitude: float, longitude: float
    ) -> Sequence[tuple[OpenRound, int]]:
        """Rounds of lots within a walk of a place with the metres to them, those that were won most easily first.

        Where hardly a lot is in reach, the nearest; lots whose position is not known are left out.
        """
        position = {
            lot.number: (lot.latitude, lot.longitude)
            for lot in self._lots.all(uow)
            if lot.latitude is not None and lot.longitude is not None
        }
        placed = [(one, position[one.lot]) for one in rounds if one.lot in position]
        far = [(one, round(_metres(latitude, longitude, *where))) for one, where in placed]
        far.sort(key=lambda pair: pair[1])
        reach = max(FEWEST_NEAR, sum(metres <= WALK_METRES for _, metres in far))
        near = [(self.with_odds(uow, one), metres) for one, metres in far[: min(reach, MOST_NEAR)]]
        return sorted(near, key=lambda pair: (-_chance(pair[0].odds), pair[1]))

    def with_odds(self, uow: UnitOfWork, one: OpenRound) -> OpenRound:
        """The round with how the draws before it went."""
        _, kind, pass_type = one.draw_id.split("/")[-3:]
        drawn = odds.past(uow, one.lot, kind, pass_type, rehearsals=self._rehearsals)
        return replace(one, odds=tuple(drawn))

    def mine(self, uow: UnitOfWork, channel: str, citizen: str, mobile: Mobile | None) -> Sequence[EntryStanding]:
        """A citizen's entries, the latest month first, within it in 志願序."""
        return self._standings.mine(uow, channel, citizen, mobile)

    def by_number_and_plate(self, uow: UnitOfWork, mobile: Mobile, plate: Plate) -> Sequence[EntryStanding]:
        """Entries of exactly this number and plate: for those without LINE."""
        return self._standings.by_number_and_plate(uow, mobile, plate)

    def standing(self, uow: UnitOfWork, entry: PassEntry) -> EntryStanding:
        """How one entry stands."""
        return self._standings.of(uow, entry)

    def standings(self, uow: UnitOfWork, entries: Sequence[PassEntry]) -> Sequence[EntryStanding]:
        """How some entries of one round stand, in order."""
        return self._standings.of_round(uow, entries) if entries else ()

    def repeatable(self, uow: UnitOfWork, channel: str, citizen: str, rounds: Sequence[OpenRound]) -> Sequence[Repeat]:
        """「比照上月申請」: those of the citizen's latest drawn month whose lot, kind and type are open again."""
        mine = [entry for entry in self._entries.of(uow, channel, citizen, None) if entry.state == LIVE]
        of = {entry.id: uow.session.get_one(PassRound, entry.round_id) for entry in mine}
        open_now = {_place(one.draw_id): one for one in rounds}
        taken = {(of[entry.id].draw_id, entry.compact) for entry in mine}
        past = [entry for entry in mine if of[entry.id].phase != Phase.OPEN]
        last = max((of[entry.id].month for entry in past), default="")
        repeats = []
        for entry in past:
            one = open_now.get(_place(of[entry.id].draw_id))
            if of[entry.id].month == last and one is not None and (one.draw_id, entry.compact) not in taken:
                plan = next((plan.code for plan in one.plans if plan.code == entry.plan), one.plans[0].code)
                repeats.append(Repeat(one, entry.plate, plan))
        return repeats

    def receipt_urls(self, entry_id: uuid.UUID, until: datetime) -> tuple[str, str]:
        """The addresses of a receipt and of its QR code alone; whoever has one may read the receipt."""
        page = f"{self._public_url}/passes/receipts/{make_token(self._keys, _PURPOSE, entry_id, until)}"
        return page, f"{page}/qr.png"

    def odds_url(self, one: OpenRound, language: Language) -> str:
        """The address of the picture of a round's odds; "" where no draw before it is known."""
        return f"{self._public_url}/passes/odds/{one.draw_id}/{language}.png" if one.odds else ""

    def receipt_text(self, uow: UnitOfWork, token: str) -> str | None:
        """The receipt of an address; None once its salt is deleted.

        Raises infra.links.ForgedLinkError or ExpiredLinkError.
        """
        entry = uow.session.get(PassEntry, read_token(self._keys, _PURPOSE, token, self._clock.now()))
        receipt = self._entries.receipt(uow, entry) if entry is not None else None
        return receipt.text() if receipt else None

    # Inside

    def _views(self, uow: UnitOfWork, rows: Sequence[tuple[PassRound, Lot]]) -> list[OpenRound]:
        """Rounds with their plans and 優先購買 windows, each read once for all."""
        plans = self._lots.all_plans(uow, {lot.number for _, lot in rows})
        windows = open_windows(uow, [row for row, _ in rows])
        return [
            OpenRound(
                draw_id=row.draw_id,
                lot=lot.number,
                lot_name=lot.name,
                district=lot.district,
                kind=VehicleKind(row.kind),
                type_names=self.rules.type_names(row.pass_type),
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                closes_at=row.closes_at,
                draw_at=row.draw_at,
                places=places_of(row.steps),
                plans=tuple(
                    PassPlan(
                        plan.code,
                        plan.name,
                        plan.price,
                        self.rules.evidence_names(plan.evidence) if plan.evidence else None,
                    )
                    for plan in plans.get((lot.number, row.kind, row.pass_type), ())
                ),
                first_buyers=tuple(windows.get(row.id, ())),
                online=lot.sells != Sells.COUNTER,
                rehearsal=is_rehearsal(row.draw_id),
            )
            for row, lot in rows
        ]


def _place(draw_id: str) -> str:
    """Lot, vehicle kind and pass type: what a draw_id says after its month."""
    return "/".join(draw_id.split("/")[-3:])


def _metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance (haversine)."""
    p, q = radians(latitude), radians(other_latitude)
    half = sin((q - p) / 2) ** 2 + cos(p) * cos(q) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_METRES * asin(sqrt(half))


def _chance(drawn: Sequence[Odds]) -> float:
    """Of one entry over the months before; 0 where nothing is known."""
    entries = sum(one.entries for one in drawn)
    return min(1.0, sum(one.places for one in drawn) / entries) if entries else 0.0
