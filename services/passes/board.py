"""What citizens see of passes: open rounds with last draws' odds, and how their own entries stand."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt

from sqlalchemy import func, select, text

from domain.clock import Clock
from domain.draw.coding import is_rehearsal
from domain.passview import EntryStanding, Odds, OpenRound, PassPlan
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import Phase, places_of
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from infra.links import make_token, read_token
from models.draw import DrawRank, Promotion, Seat
from models.passes import Lot, PassEntry, PassRound
from services.passes.application import LIVE
from services.passes.entries import Entries
from services.passes.lots import Lots, Sells
from services.passes.rounds import round_now
from services.passes.rules import PassRules

EARTH_METRES = 6_371_000
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
        self._rehearsals = rehearsals  # offered to citizens in console mode only

    @property
    def draws_url(self) -> str:
        """Where the files of draws are public."""
        return f"{self._public_url}/draws/"

    def asked_at(self, uow: UnitOfWork, event_id: str) -> datetime:
        """When the message of an event was stored: the moment that decides whether it came in time."""
        stored: datetime = uow.connection.execute(_STORED, {"id": event_id}).scalar_one()
        return stored

    def open_rounds(self, uow: UnitOfWork, moment: datetime) -> Sequence[OpenRound]:
        """Rounds that can be applied for online at a moment, by district; in console mode rehearsals too."""
        found = (
            select(PassRound, Lot)
            .join(Lot, Lot.number == PassRound.lot)
            .where(PassRound.phase == Phase.OPEN, PassRound.on_shelf, Lot.on_shelf, Lot.sells != Sells.COUNTER)
            .where(PassRound.opens_at <= moment + PassRound.clock_shift)
            .where(PassRound.closes_at > moment + PassRound.clock_shift)
            .order_by(Lot.district, Lot.name, PassRound.pass_type, PassRound.draw_id)
        )
        rows = uow.session.execute(found).all()
        return [self._open(uow, row, lot) for row, lot in rows if self._rehearsals or not is_rehearsal(row.draw_id)]

    def round(self, uow: UnitOfWork, draw_id: str) -> OpenRound | None:
        """A round by its name, open or not; None when a button was made up."""
        found = select(PassRound, Lot).join(Lot, Lot.number == PassRound.lot).where(PassRound.draw_id == draw_id)
        row = uow.session.execute(found).first()
        return self._open(uow, row[0], row[1]) if row else None

    def near(
        self, uow: UnitOfWork, rounds: Sequence[OpenRound], latitude: float, longitude: float
    ) -> Sequence[OpenRound]:
        """The rounds by how far their lot is from a place; lots without a position last."""
        lots = {lot.name: lot for lot in self._lots.all(uow)}

        def metres(one: OpenRound) -> float:
            lot = lots[one.lot_name]
            if lot.latitude is None or lot.longitude is None:
                return float("inf")
            return _metres(latitude, longitude, lot.latitude, lot.longitude)

        return sorted(rounds, key=metres)

    def mine(self, uow: UnitOfWork, channel: str, citizen: str, mobile: Mobile | None) -> Sequence[EntryStanding]:
        """A citizen's live entries, the latest month first, within it in 志願序."""
        live = [entry for entry in self._entries.of(uow, channel, citizen, mobile) if entry.state == LIVE]
        return self._standings(uow, live)

    def by_number_and_plate(self, uow: UnitOfWork, mobile: Mobile, plate: Plate) -> Sequence[EntryStanding]:
        """Live entries of exactly this number and plate: for those without LINE."""
        found = self._entries.by_number_and_plate(uow, mobile, plate)
        return self._standings(uow, [entry for entry in found if entry.state == LIVE])

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
                repeats.append(Repeat(one, entry.plate, entry.plan))
        return repeats

    def receipt_url(self, entry_id: uuid.UUID, until: datetime) -> str:
        """The address of a receipt with its QR code; whoever has it may read the receipt."""
        return f"{self._public_url}/passes/receipts/{make_token(self._keys, _PURPOSE, entry_id, until)}"

    def receipt_text(self, uow: UnitOfWork, token: str) -> str | None:
        """The receipt of an address; None once its salt is deleted.

        Raises infra.links.ForgedLinkError or ExpiredLinkError.
        """
        entry = uow.session.get(PassEntry, read_token(self._keys, _PURPOSE, token, self._clock.now()))
        receipt = self._entries.receipt(uow, entry) if entry is not None else None
        return receipt.text() if receipt else None

    # Inside

    def _open(self, uow: UnitOfWork, row: PassRound, lot: Lot) -> OpenRound:
        kind = VehicleKind(row.kind)
        plans = self._lots.plans(uow, row.lot, kind, row.pass_type)
        return OpenRound(
            draw_id=row.draw_id,
            lot_name=lot.name,
            district=lot.district,
            kind=kind,
            type_names=self._type_names(row.pass_type),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            closes_at=row.closes_at,
            draw_at=row.draw_at,
            places=places_of(row.steps),
            plans=tuple(PassPlan(plan.code, plan.name, plan.price) for plan in plans),
            odds=self._odds(uow, row),
            rehearsal=is_rehearsal(row.draw_id),
        )

    def _type_names(self, code: str) -> tuple[str, str]:
        return self.rules.pass_types.get(code, (code, code))

    def _odds(self, uow: UnitOfWork, row: PassRound) -> Odds | None:
        """Of the last public draw of the same lot, kind and type."""
        same = (PassRound.lot == row.lot, PassRound.kind == row.kind, PassRound.pass_type == row.pass_type)
        last = select(PassRound).where(*same, PassRound.phase == Phase.PUBLISHED).order_by(PassRound.month.desc())
        drawn = uow.session.scalar(last.limit(1))
        if drawn is None:
            return None
        entries = uow.connection.execute(
            select(func.count()).select_from(DrawRank).where(DrawRank.round_id == drawn.id)
        ).scalar_one()
        return Odds(places_of(drawn.steps), entries)

    def _standings(self, uow: UnitOfWork, entries: Sequence[PassEntry]) -> Sequence[EntryStanding]:
        standings = [self.standing(uow, entry) for entry in entries]
        return sorted(standings, key=lambda one: one.starts_on, reverse=True)

    def standing(self, uow: UnitOfWork, entry: PassEntry) -> EntryStanding:
        """How one entry stands."""
        row = uow.session.get_one(PassRound, entry.round_id)
        rehearsal = is_rehearsal(row.draw_id)
        shown: Collection[str] = (Phase.DRAWN, Phase.PUBLISHED) if rehearsal else (Phase.PUBLISHED,)
        rank = uow.session.get(DrawRank, entry.id) if row.phase in shown else None
        seat = uow.session.scalar(select(Seat).where(Seat.entry_id == entry.id)) if rank else None
        plan = self._lots.plan(uow, row, entry.plan)
        promoted_to = select(func.max(Promotion.promoted)).where(Promotion.round_id == row.id)
        return EntryStanding(
            entry_id=entry.id,
            draw_id=row.draw_id,
            entry_no=entry.entry_no,
            lot_name=uow.session.get_one(Lot, row.lot).name,
            type_names=self._type_names(row.pass_type),
            plate=entry.plate,
            price=plan.price if plan else None,
            plan=plan.name if plan else entry.plan,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            closes_at=row.closes_at,
            draw_at=row.draw_at,
            changeable=row.phase == Phase.OPEN and row.opens_at <= round_now(uow, row) < row.closes_at,
            void=row.phase == Phase.VOID,
            status=rank.status if rank else None,
            no=rank.no if rank else 0,
            promoted_to=uow.connection.execute(promoted_to).scalar() or 0 if rank else 0,
            seat=seat.state if seat else None,
            pay_by=seat.pay_by if seat else None,
            rehearsal=rehearsal,
        )


def _place(draw_id: str) -> str:
    """Lot, vehicle kind and pass type: what a draw_id says after its month."""
    return "/".join(draw_id.split("/")[-3:])


def _metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance (haversine)."""
    p, q = radians(latitude), radians(other_latitude)
    half = sin((q - p) / 2) ** 2 + cos(p) * cos(q) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_METRES * asin(sqrt(half))
