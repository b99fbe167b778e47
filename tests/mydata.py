"""The services of one's own data and of leaving as wiring makes them, on a test's database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.clock import Clock
from infra.crypto import FieldCipher
from infra.locales import reader
from infra.queue import defer
from services.desk.book import ThreadBook
from services.downloads import Downloads
from services.history import History
from services.holdings_names import Names
from services.leaving import Leaving
from services.my_data import MyData
from services.number_change import NumberChange
from services.passes.qualifying import OwnPhotos
from services.receipt_mail import ReceiptMail
from services.recordfiles import RecordFiles
from services.refundaccounts import RefundAccounts
from tests.accounts import DATA_KEY, MailInHand

LINK_KEY = "k" * 40


@dataclass
class Forgotten:
    """Notes whose dialog state was dropped."""

    citizens: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, channel: str, citizen: str) -> None:
        self.citizens.append((channel, citizen))


def my_data_services(given: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """By the names that conversations and tasks ask for them; `given`: accounts, phone_codes, sms, vehicles …"""
    accounts, agency, forgotten = given["accounts"], given["account_rules"].agency, Forgotten()
    cipher = FieldCipher((DATA_KEY,))
    my_data = MyData(
        accounts, Names(given["cities"], given["vehicles"].rules), ThreadBook(cipher), OwnPhotos(cipher), clock
    )
    return {
        "my_data": my_data,
        "downloads": Downloads(my_data, "http://localhost:8000", (LINK_KEY,), clock),
        "refund_accounts": RefundAccounts(cipher, "http://localhost:8000", (LINK_KEY,), clock),
        "record_files": RecordFiles("http://localhost:8000", (LINK_KEY,), clock),
        "number_change": NumberChange(accounts, given["phone_codes"], given["sms"], agency),
        "history": History(accounts),
        "receipt_mail": ReceiptMail(accounts, given["links"], agency, MailInHand(), defer, reader),
        "leaving": Leaving(accounts, given["vehicles"], defer, forgotten),
        "forgotten": forgotten,
    }
