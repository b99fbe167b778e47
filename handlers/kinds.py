"""Vehicle kind, plate and identifier as citizens give them: a button's value, or typed in words."""

from typing import Any

from bot.triggers import normal
from bot.turn import Turn
from domain.bills import PayableKey
from domain.billsview import BillsView
from domain.bindings import Vehicle
from domain.feeitems import Identifier, spelled
from domain.plates import NO_PLATE, Plate, PlateError, parse_plate
from domain.vehicles import VehicleKind

KIND_WORDS = {
    "汽車": VehicleKind.CAR,
    "car": VehicleKind.CAR,
    "機車": VehicleKind.MOTORCYCLE,
    "摩托車": VehicleKind.MOTORCYCLE,
    "motorcycle": VehicleKind.MOTORCYCLE,
    "scooter": VehicleKind.MOTORCYCLE,
    "紅黃牌重機": VehicleKind.HEAVY_MOTORCYCLE,
    "重機": VehicleKind.HEAVY_MOTORCYCLE,
    "heavy motorcycle": VehicleKind.HEAVY_MOTORCYCLE,
    "其他": VehicleKind.OTHER,
    "其他車種": VehicleKind.OTHER,
    "other": VehicleKind.OTHER,
}


def kind_given(turn: Turn[Any]) -> VehicleKind | None:
    """The kind a press or a word says; None when it says none."""
    chosen = turn.value("kind")
    return VehicleKind(chosen) if chosen in set(VehicleKind) else KIND_WORDS.get(normal(turn.typed))


def pressed_vehicle(turn: Turn[Any]) -> Vehicle | None:
    """The vehicle that a button carries; None when its values are made up or lack something."""
    try:
        plate, kind = parse_plate(turn.value("plate")), VehicleKind(turn.value("kind"))
    except (PlateError, ValueError):
        return None
    return None if plate.ambiguous_dash else Vehicle(plate, kind)


def pressed_identifier(turn: Turn[Any]) -> Identifier | None:
    """The 水號 or 電號 that a button carries; None when it carries none."""
    item, number = turn.value("item"), spelled(turn.value("number"))
    return Identifier(item, number) if item and number else None


def pressed_key(turn: Turn[Any]) -> PayableKey | None:
    """The bill that a button carries; None when its value is made up or absent."""
    try:
        return PayableKey.parse(turn.value("key"))
    except ValueError:
        return None


def values_of_identifier(identifier: Identifier) -> dict[str, str]:
    """The same as a button carries it."""
    return {"item": identifier.fee_item, "number": identifier.number}


def values_of_view(view: BillsView) -> dict[str, str]:
    """What a view is of, as buttons carry it; nothing for a bill by itself, which its key names."""
    if view.identifier:
        return values_of_identifier(view.identifier)
    return {} if view.plate == NO_PLATE else values_of(Vehicle(view.plate, view.kind))


def values_of(vehicle: Vehicle) -> dict[str, str]:
    """The same as a button carries it."""
    return {"plate": vehicle.plate.canonical, "kind": vehicle.kind.value}


def kept_spelling(plate: Plate) -> str:
    """As a dialog remembers it: without a dash as long as its place is not known."""
    return plate.compact if plate.ambiguous_dash else plate.canonical
