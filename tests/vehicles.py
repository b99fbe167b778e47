"""The services of vehicles as wiring makes them, for a citizen's chat."""

from typing import Any, cast

from bot.engine import Directory
from bot.notices import NoticePost, discover_notices
from domain.clock import Clock
from infra.locales import reader
from services.accounts import Accounts
from services.citizens import Citizens
from services.lookup_quota import Quota
from services.paperless import PaperlessPlates
from services.saved_bills import SavedBills
from services.vehicle_rules import load_vehicle_rules
from services.vehicles import Vehicles


def vehicle_services(accounts: Accounts, quota: Quota, citizens: Citizens, clock: Clock) -> dict[str, Any]:
    """By the names that conversations and tasks ask for them."""
    rules = load_vehicle_rules()
    post = NoticePost(discover_notices("handlers.notices"), cast(Directory, citizens), reader, lambda: None)
    plates = PaperlessPlates(post, clock)
    return {
        "plates": plates,
        "vehicles": Vehicles(rules, plates, accounts, quota, post, clock),
        "saved_bills": SavedBills(rules),
    }
