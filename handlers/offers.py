"""What of an answer about bills a citizen may bind: the vehicle (綁定並提醒我), or the number (綁定水號)."""

from typing import Any

from bot.postback import door
from bot.turn import Turn
from domain.billsview import BillsView
from domain.bindings import Vehicle
from domain.feeitems import Fees, Identifier
from domain.plates import NO_PLATE
from flex_templates.card import Press
from handlers.choosing import BINDS
from handlers.identifiers import bind_button
from handlers.kinds import values_of
from services.identifiers import Identifiers
from services.vehicles import Vehicles


class Offers:
    """The buttons for what is not the citizen's own yet."""

    def __init__(self, fees: Fees, vehicles: Vehicles, identifiers: Identifiers) -> None:
        self._fees = fees
        self._vehicles = vehicles
        self._identifiers = identifiers

    def of(self, turn: Turn[Any], view: BillsView) -> list[Press]:
        """One button at most; none for what is bound already, or cannot be."""
        who = (turn.uow, turn.channel, turn.citizen)
        if view.plate != NO_PLATE:
            return [] if self._vehicles.owns(*who, Vehicle(view.plate, view.kind)) else [self.vehicle(turn, view)]
        numbers = {view.identifier} if view.identifier else _of_bills(view)
        if len(numbers) != 1:
            return []
        (number,) = numbers
        button = bind_button(turn.reader, self._fees, number)
        return [button] if button and not self._identifiers.find(*who, number) else []

    @staticmethod
    def vehicle(turn: Turn[Any], view: BillsView) -> Press:
        """「綁定並提醒我」, for a vehicle that is known not to be bound."""
        return Press(turn.t("綁定並提醒我"), door(BINDS, "keep", **values_of(Vehicle(view.plate, view.kind))))


def _of_bills(view: BillsView) -> set[Identifier]:
    """Whose bills these are, where they were found by themselves."""
    bills = [line.payable for line in view.lines]
    return {Identifier(bill.fee_item, bill.identifier) for bill in bills if bill.identifier}
