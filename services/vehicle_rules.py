"""Reads config/vehicles.toml: what a citizen may choose when binding a vehicle."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.bindings import FloodArea, VehicleRules
from domain.slots import Slot
from infra.configfile import Strict, read_config
from infra.settings import SettingsError

FILE = Path(__file__).parent.parent / "config" / "vehicles.toml"
MOST_CARDS = 11  # a vehicle takes a card, and LINE shows 12: one is left for binding another


class _Area(Strict):
    zh: str
    en: str


class _File(Strict):
    """The whole file."""

    most_vehicles: Annotated[int, Field(ge=1, le=MOST_CARDS)]
    most_saved_bills: Annotated[int, Field(ge=1)]
    most_identifiers: Annotated[int, Field(ge=1, le=MOST_CARDS)]
    default_slot: str
    slots: list[str]
    flood_areas: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")], _Area], Field(min_length=1)]


def load_vehicle_rules(file: Path = FILE) -> VehicleRules:
    """The rules of the file. Raises SettingsError, one line that names what is wrong."""
    read = read_config(file, _File)
    try:
        slots = tuple(map(Slot.parse, read.slots))
        default = Slot.parse(read.default_slot)
    except ValueError as error:
        raise SettingsError(f"{file.name}: {error}") from None
    if default not in slots:
        raise SettingsError(f"{file.name}: default_slot {default.key} is not among slots")
    areas = {key: FloodArea(key, area.zh, area.en) for key, area in read.flood_areas.items()}
    return VehicleRules(read.most_vehicles, read.most_saved_bills, read.most_identifiers, default, slots, areas)
