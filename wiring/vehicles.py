"""Vehicles: the plates of a citizen, the notices without paper, the bills put aside."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from services.identifiers import Identifiers
from services.ownership import Ownership
from services.paperless import PaperlessPlates
from services.saved_bills import SavedBills
from services.vehicle_rules import load_vehicle_rules
from services.vehicles import Vehicles
from wiring.accounts import AccountRoom
from wiring.bills import Bills


class VehicleRoom(Bills, AccountRoom):
    """What a citizen keeps here of cars and motorcycles."""

    @cached_property
    def plates(self) -> PaperlessPlates:
        return PaperlessPlates(self.notices, self.clock)

    @cached_property
    def vehicles(self) -> Vehicles:
        rules = load_vehicle_rules()
        return Vehicles(rules, self.plates, self.accounts, self.quota, self.notices, self.clock)

    @cached_property
    def ownership(self) -> Ownership:
        return Ownership(self.accounts, self.notices, self.clock)

    @cached_property
    def identifiers(self) -> Identifiers:
        return Identifiers(self.vehicles.rules, self.fees, self.accounts, self.quota, self.clock)

    @cached_property
    def saved_bills(self) -> SavedBills:
        return SavedBills(self.vehicles.rules)

    def for_conversations(self) -> Mapping[str, Any]:
        given = {"vehicles": self.vehicles, "ownership": self.ownership, "saved_bills": self.saved_bills}
        return {**super().for_conversations(), **given, "identifiers": self.identifiers}

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "plates": self.plates, "ownership": self.ownership}
