"""What is true: which addresses are official (這是真的嗎)."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from domain.officialsites import OfficialSites
from services.official_sites import load_official_sites
from wiring.vehicles import VehicleRoom


class TruthRoom(VehicleRoom):
    """The list that is kept as data, with our own address."""

    @cached_property
    def official_sites(self) -> OfficialSites:
        return load_official_sites(self.settings.public_url)

    def for_conversations(self) -> Mapping[str, Any]:
        return {**super().for_conversations(), "official_sites": self.official_sites}
