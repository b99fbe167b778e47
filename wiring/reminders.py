"""繳費提醒: bills of bound plates, asked about at the cities and told in time."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from services.reminders import Reminders
from services.watch_list import WatchList
from services.watching import Watching
from wiring.money import Money
from wiring.vehicles import VehicleRoom


class ReminderRoom(Money, VehicleRoom):
    """What is owed, who wants to know, and the way to pay."""

    @cached_property
    def reminders(self) -> Reminders:
        slots = self.vehicles.rules.slots
        return Reminders(slots, self.notice_rules, self.notices, self.orders, self.links, self.clock)

    @cached_property
    def watch_list(self) -> WatchList:
        return WatchList(self.lookup.cities_asked, self.clock)

    @cached_property
    def watching(self) -> Watching:
        return Watching(self.lookup, self.lookup.cities_asked, self.clock)

    def for_tasks(self) -> Mapping[str, Any]:
        given = {"reminders": self.reminders, "watch_list": self.watch_list, "watching": self.watching}
        return {**super().for_tasks(), **given}
