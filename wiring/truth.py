"""What is true: which addresses are official (這是真的嗎), who holds a plate's automatic payment (代繳查詢)."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from domain.officialsites import OfficialSites
from services.autopay import Autopay
from services.autopay_rules import load_autopay_rules
from services.official_sites import load_official_sites
from wiring.vehicles import VehicleRoom


class TruthRoom(VehicleRoom):
    """Lists that are kept as data, and what agencies report."""

    @cached_property
    def official_sites(self) -> OfficialSites:
        return load_official_sites(self.settings.public_url)

    @cached_property
    def autopay(self) -> Autopay:
        return Autopay(load_autopay_rules(), self.vehicles, self.notices, self.clock)

    def for_conversations(self) -> Mapping[str, Any]:
        return {**super().for_conversations(), "official_sites": self.official_sites, "autopay": self.autopay}

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "autopay": self.autopay}
