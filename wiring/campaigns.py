"""Campaigns and flood notices, and LINE's month that they use."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from adapters.quota.line import LineQuota
from domain.campaigns import SendingRules
from infra import queue
from services.campaigns import Campaigns
from services.failed_notices import FailedNotices
from services.line_quota import QuotaSeen
from services.sending_rules import load_sending_rules
from services.sms_deliveries import SmsDeliveries
from wiring.vehicles import VehicleRoom


class CampaignRoom(VehicleRoom):
    """What is told to many."""

    @cached_property
    def campaigns(self) -> Campaigns:
        areas = self.vehicles.rules.flood_areas
        return Campaigns(self.planning, self.notices, areas, self.sending_rules, queue.defer, self.clock)

    @cached_property
    def sending_rules(self) -> SendingRules:
        return load_sending_rules()

    @cached_property
    def sms_deliveries(self) -> SmsDeliveries:
        return SmsDeliveries(self.sms_gateway, self.sending_rules)

    @cached_property
    def failed_notices(self) -> FailedNotices:
        return FailedNotices(self.planning, self.clock)

    @cached_property
    def line_quota(self) -> LineQuota:
        return LineQuota(self.line_address, self.access_token)

    @cached_property
    def quota_seen(self) -> QuotaSeen:
        return QuotaSeen(self.line_quota, self.clock)

    def for_tasks(self) -> Mapping[str, Any]:
        given = {
            "campaigns": self.campaigns,
            "failed_notices": self.failed_notices,
            "sms_deliveries": self.sms_deliveries,
        }
        return {**super().for_tasks(), **given}
