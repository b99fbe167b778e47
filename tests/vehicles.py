"""The services of vehicles as wiring makes them, for a citizen's chat."""

from typing import Any

from bot.notices import NoticePost, discover_notices
from domain.clock import Clock
from infra.crypto import FieldCipher
from infra.locales import reader
from infra.queue import defer
from services.accounts import Accounts
from services.autopay import Autopay
from services.autopay_rules import load_autopay_rules
from services.citizens import Citizens
from services.fees import load_fees
from services.identifiers import Identifiers
from services.lookup_quota import Quota
from services.notice_rules import NoticeRules
from services.ownership import Ownership
from services.paperless import PaperlessPlates
from services.planning import Planning
from services.saved_bills import SavedBills
from services.sms import SmsPost
from services.vehicle_rules import load_vehicle_rules
from services.vehicles import Vehicles
from tests.accounts import DATA_KEY, PhoneInHand


def vehicle_services(accounts: Accounts, quota: Quota, citizens: Citizens, clock: Clock) -> dict[str, Any]:
    """By the names that conversations and tasks ask for them."""
    rules = load_vehicle_rules()
    sms = SmsPost(FieldCipher((DATA_KEY,)), PhoneInHand(), defer)
    planning = Planning(accounts, sms, clock)
    notice_rules = NoticeRules(accounts, planning, clock)
    notices = discover_notices("handlers.notices")
    post = NoticePost(notices, planning, reader, lambda: None)
    plates = PaperlessPlates(post, clock)
    vehicles = Vehicles(rules, plates, accounts, quota, post, clock)
    return {
        "planning": planning,
        "notice_rules": notice_rules,
        "notices": post,
        "plates": plates,
        "vehicles": vehicles,
        "autopay": Autopay(load_autopay_rules(), vehicles, post, clock),
        "ownership": Ownership(accounts, post, clock),
        "saved_bills": SavedBills(rules),
        "identifiers": Identifiers(rules, load_fees(), accounts, quota, clock),
    }
