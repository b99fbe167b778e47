"""Asking all sources about one plate: the cities with no transaction held, then the ledger, our books, promises."""

from collections.abc import Callable, Sequence
from typing import Any

from bot.conversation import Ask, Outcome
from bot.turn import Turn
from domain.bills import SourceAnswer
from domain.billsview import BillsView
from domain.bindings import Vehicle
from domain.plates import Plate
from domain.vehicles import VehicleKind
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.vehicles import Vehicles

Then = Callable[[Turn[Any], BillsView, bool], Outcome]  # the last: whether the citizen has bound this vehicle


class Asking:
    """The one way in which conversations ask what a plate owes."""

    def __init__(self, lookup: Lookup, quota: Quota, vehicles: Vehicles) -> None:
        self._lookup = lookup
        self._quota = quota
        self._vehicles = vehicles

    def ask(self, turn: Turn[Any], plate: Plate, kind: VehicleKind, then: Then, *, counted: bool = True) -> Outcome:
        """Ask, then go on with what is known. Raises CitizenMistakeError when today's lookups are used up.

        `counted=False`: for what shows nothing but a bill the citizen already knows; it is not promised either, since
        a promise tells of the whole plate. A plate that the citizen has bound is never counted.
        """
        vehicle, promises = Vehicle(plate, kind), counted
        if not self._lookup.needs_asking(plate, kind):
            if counted:
                own = self._quota.take_unless_own(turn.uow, turn.channel, turn.citizen, vehicle)
            else:
                own = self._vehicles.owns(turn.uow, turn.channel, turn.citizen, vehicle)
            return then(turn, self._lookup.combine(turn.uow, plate, kind, ()), own)
        own = self._vehicles.owns(turn.uow, turn.channel, turn.citizen, vehicle)
        if counted and not own:
            self._quota.check(turn.uow, turn.channel, turn.citizen)
        return Ask(
            lambda: self._lookup.ask(plate, kind),
            lambda later, answers: self._known(later, vehicle, answers, then, own, counted and not own, promises),
        )

    def _known(
        self,
        turn: Turn[Any],
        vehicle: Vehicle,
        answers: Sequence[SourceAnswer],
        then: Then,
        own: bool,
        counted: bool,
        promises: bool,
    ) -> Outcome:
        plate, kind = vehicle.plate, vehicle.kind
        if counted:
            self._quota.spend(turn.uow, turn.channel, turn.citizen)
        view = self._lookup.combine(turn.uow, plate, kind, answers)
        if promises and view.promised:
            self._lookup.promise(
                turn.uow,
                channel=turn.channel,
                citizen=turn.citizen,
                plate=plate,
                kind=kind,
                cities=[silent.city.code for silent in view.promised],
            )
        return then(turn, view, own)
