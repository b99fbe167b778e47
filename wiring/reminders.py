"""繳費提醒: bills of bound plates, told in time."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from services.reminders import Reminders
from wiring.money import Money
from wiring.vehicles import VehicleRoom


class ReminderRoom(Money, VehicleRoom):
    """What is owed, who wants to know, and the way to pay."""

    @cached_property
    def reminders(self) -> Reminders:
        slots = self.vehicles.rules.slots
        return Reminders(slots, self.notice_rules, self.notices, self.orders, self.links, self.clock)

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "reminders": self.reminders}
