"""Asking all sources about one plate, the cities with no transaction held; or the ledger about what is of none."""

from collections.abc import Callable, Sequence
from typing import Any

from bot.conversation import Ask, Find, Outcome
from bot.turn import Turn
from domain.bills import PayableKey, SourceAnswer
from domain.billsview import BillsView
from domain.bindings import Vehicle
from domain.errors import CitizenMistakeError
from domain.plates import Plate
from domain.vehicles import VehicleKind
from handlers.kinds import pressed_identifier, pressed_vehicle
from services.lookup import Lookup, Wanted
from services.lookup_quota import Leave, Quota

Then = Callable[[Turn[Any], BillsView, bool], Outcome]  # the last: whether the citizen has bound this vehicle


class Asking:
    """The one way in which conversations ask what a plate owes."""

    def __init__(self, lookup: Lookup, quota: Quota) -> None:
        self._lookup = lookup
        self._quota = quota

    def ask(self, turn: Turn[Any], plate: Plate, kind: VehicleKind, then: Then, *, counted: bool = True) -> Outcome:
        """Ask, then go on with what is known. Raises CitizenMistakeError when today's lookups are used up.

        `counted=False`: for what shows nothing but a bill the citizen already knows; it is not promised either, since
        a promise tells of the whole plate. A plate that the citizen has bound is never counted.
        """
        vehicle = Vehicle(plate, kind)
        return Find(
            self._quota.leaves,
            (turn.channel, turn.citizen, vehicle),
            lambda later, leave: self._allowed(later, vehicle, leave, then, counted),
        )

    def pressed(self, turn: Turn[Any], then: Then, key: PayableKey | None = None) -> Outcome:
        """Ask about what a button names, perhaps days later: a vehicle, an identifier, or the bill of `key` by itself.

        Not counted. Raises CitizenMistakeError when it names nothing: its values may be made up.
        """
        if vehicle := pressed_vehicle(turn):
            return self.ask(turn, vehicle.plate, vehicle.kind, then, counted=False)
        if identifier := pressed_identifier(turn):
            (view,) = self._lookup.books.of_identifiers(turn.uow, [identifier], turn.now)
            return then(turn, view, False)
        if key is not None and not turn.value("plate"):
            return then(turn, self._lookup.books.of_bills(turn.uow, [key], turn.now), False)
        raise CitizenMistakeError("這個按鈕不能使用。請輸入車牌重新查詢。")

    def _allowed(self, turn: Turn[Any], vehicle: Vehicle, leave: Leave, then: Then, counted: bool) -> Outcome:
        spends = counted and not leave.own
        if spends:
            self._quota.allow(leave)
        if not self._lookup.needs_asking(vehicle.plate, vehicle.kind):
            return self._asked(turn, vehicle, (), then, leave.own, spends, counted)
        return Ask(
            lambda: self._lookup.ask(vehicle.plate, vehicle.kind),
            lambda later, answers: self._asked(later, vehicle, answers, then, leave.own, spends, counted),
        )

    def _asked(
        self,
        turn: Turn[Any],
        vehicle: Vehicle,
        answers: Sequence[SourceAnswer],
        then: Then,
        own: bool,
        spends: bool,
        promises: bool,
    ) -> Outcome:
        if spends:
            turn.keep(self._quota.spend_all, (turn.channel, turn.citizen))
        return Find(
            self._lookup.views,
            Wanted(vehicle.plate, vehicle.kind, answers),
            lambda later, view: self._known(later, view, then, own, promises),
        )

    def _known(self, turn: Turn[Any], view: BillsView, then: Then, own: bool, promises: bool) -> Outcome:
        if promises and view.promised:
            self._lookup.promise(
                turn.uow,
                channel=turn.channel,
                citizen=turn.citizen,
                plate=view.plate,
                kind=view.kind,
                cities=[silent.city.code for silent in view.promised],
            )
        return then(turn, view, own)
