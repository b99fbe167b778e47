"""The services of accounts as wiring makes them, on a test's database, with short days and a gateway that lists."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from bot.notices import NoticePost, discover_notices
from domain.clock import Clock
from domain.ports.mail import Mail
from domain.ports.sms import Delivery, Sms
from infra.crypto import FieldCipher
from infra.database import UnitOfWorkFactory
from infra.locales import reader
from infra.queue import defer
from models.account import SmsMessage
from services.account_rules import load_account_rules
from services.accounts import Accounts
from services.citizens import Citizens
from services.consents import Consents
from services.lookup_key import LookupKey
from services.notice_rules import NoticeRules
from services.phone_codes import PhoneCodes
from services.planning import Planning
from services.registration import Registration
from services.sms import SmsPost
from services.takeovers import Takeovers
from tests.clock import MovableClock

DATA_KEY = bytes(range(32))


@dataclass
class PhoneInHand:
    """A gateway that keeps what it was given; `fault` is raised instead, once."""

    key: str = "in hand"
    sent: list[Sms] = field(default_factory=list)
    fault: Exception | None = None
    ended: dict[str, Delivery] = field(default_factory=dict)

    def send(self, sms: Sms) -> str:
        if self.fault:
            fault, self.fault = self.fault, None
            raise fault
        self.sent.append(sms)
        return uuid4().hex

    def deliveries(self, gateway_ids: Sequence[str]) -> Mapping[str, Delivery]:
        return {gateway_id: self.ended[gateway_id] for gateway_id in gateway_ids if gateway_id in self.ended}


@dataclass
class MailInHand:
    """A mail sender that keeps what it was given; `faults` are raised instead, one each."""

    key: str = "in hand"
    sent: list[Mail] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(mail)


def account_services(
    units: UnitOfWorkFactory, citizens: Citizens, keys: tuple[bytes, ...] = (DATA_KEY,), clock: Clock | None = None
) -> Mapping[str, Any]:
    """By the names that conversations know them by."""
    rules, cipher, phone = load_account_rules(), FieldCipher(keys), PhoneInHand()
    key, consents = LookupKey(units, cipher), Consents(rules.notice_version)
    accounts, sms = Accounts(cipher, key, consents), SmsPost(cipher, phone, defer)
    codes = PhoneCodes(rules.codes, rules.agency, cipher, key, sms)
    clock = clock or MovableClock()  # of which the morning is as good as any
    planning = Planning(accounts, sms, clock)
    notice_rules = NoticeRules(accounts, planning, clock)
    notices = NoticePost(discover_notices("handlers.notices"), planning, reader, lambda: None)
    takeovers = Takeovers(accounts, notices, rules.takeover)
    return {
        "accounts": accounts,
        "consents": consents,
        "phone_codes": codes,
        "registration": Registration(accounts, codes, consents, takeovers),
        "takeovers": takeovers,
        "account_rules": rules,
        "planning": planning,
        "notice_rules": notice_rules,
        "notices": notices,
        "sms": sms,
        "phone": phone,
    }


def deliver(units: UnitOfWorkFactory, services: Mapping[str, Any]) -> list[Sms]:
    """Run the jobs of all waiting SMS; returns what arrived by it, oldest first."""
    phone: PhoneInHand = services["phone"]
    before = len(phone.sent)
    with units() as uow:
        waiting = uow.session.scalars(
            select(SmsMessage.id).where(SmsMessage.ended_at.is_(None)).order_by(SmsMessage.created_at)
        ).all()
    for message_id in waiting:
        services["sms"].deliver(units, message_id)
    return phone.sent[before:]


def code_in(sms: Sms) -> str:
    """The five digits an SMS tells."""
    found = re.search(r"(?<![0-9])[0-9]{5}(?![0-9])", sms.text)
    assert found, sms.text
    return found[0]


def new_mobile() -> str:
    """A number nobody else in the test's database has."""
    return f"09{int.from_bytes(os.urandom(8)) % 10**8:08d}"
