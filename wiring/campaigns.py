"""Campaigns and flood notices, and LINE's month that they use."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from adapters.quota.line import LineQuota
from infra import queue
from services.campaigns import Campaigns
from services.sending_rules import load_sending_rules
from wiring.vehicles import VehicleRoom


class CampaignRoom(VehicleRoom):
    """What is told to many."""

    @cached_property
    def campaigns(self) -> Campaigns:
        areas = self.vehicles.rules.flood_areas
        return Campaigns(self.planning, self.notices, areas, load_sending_rules(), queue.defer, self.clock)

    @property
    def line_quota(self) -> LineQuota:
        return LineQuota(self.line_address, self.access_token)

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "campaigns": self.campaigns}
