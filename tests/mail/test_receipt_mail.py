"""Receipts by e-mail: committed with the payment, once, to the address as it is when the mail goes."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from domain.accounts import AccountState
from domain.errors import OutsideError, Retry
from domain.orders import AttemptState
from domain.phones import Mobile
from infra.database import UnitOfWorkFactory
from infra.locales import reader
from infra.queue import defer
from services.citizens import Citizens
from services.consents import Given
from services.receipt_mail import MOST_ATTEMPTS, ReceiptMail, TryAgainError
from tests.accounts import MailInHand, account_services
from tests.pay.world import CHANNEL, CITIZEN, World, bill

EMAIL = "ming@example.com"


class Paying:
    """A citizen with an account, and orders that get paid."""

    def __init__(self, engine: Any, units: UnitOfWorkFactory) -> None:
        self.units = units
        self.world = World.build(engine)
        self.given = account_services(units, Citizens())
        self.box = MailInHand()
        self.mail = ReceiptMail(
            self.given["accounts"], self.world.links, self.given["account_rules"].agency, self.box, defer, reader
        )
        self.world.payments._booking._receipt_mail = self.mail

    def register(self, email: str | None = EMAIL) -> None:
        with self.units() as uow:
            row = self.given["accounts"].keep(
                uow, CHANNEL, CITIZEN, AccountState.LIVE,
                mobile=Mobile("0912345678"), name="王小明", consent=Given("2026-11", datetime.now(UTC)),
            )  # fmt: skip
            if email:
                self.given["accounts"].correct_email(uow, row.id, email)

    def pay(self) -> uuid.UUID:
        order = self.world.open(bill(f"A{uuid.uuid4().hex[:8]}", 80), bill(f"B{uuid.uuid4().hex[:8]}", 1200))
        self.world.start(order)
        self.world.bank.pay(self.world.trade(order), 1280)
        assert self.world.settle(order) is AttemptState.PAID
        return order.id

    def account_id(self) -> uuid.UUID:
        with self.units() as uow:
            found: uuid.UUID = self.given["accounts"].require(uow, CHANNEL, CITIZEN).id
            return found

    def row(self, order_id: uuid.UUID) -> Any:
        with self.units() as uow:
            query = text("SELECT state, cause, attempts FROM receipt_mail WHERE order_id = :id")
            found = uow.connection.execute(query, {"id": order_id}).one_or_none()
            return tuple(found) if found else None

    def jobs(self) -> list[Any]:
        with self.units() as uow:
            query = text("SELECT args FROM procrastinate_jobs WHERE task_name = 'receipts.mail'")
            return list(uow.connection.execute(query).scalars())


@pytest.fixture
def paying(engine: Any, uow: UnitOfWorkFactory) -> Iterator[Paying]:
    return Paying(engine, uow)


def test_the_receipt_goes_out_once_with_sum_number_and_link(paying: Paying) -> None:
    paying.register()
    order_id = paying.pay()
    assert paying.jobs() == [{"order_id": str(order_id)}], "committed with the payment, ids only"
    for _ in range(3):
        paying.mail.deliver(paying.units, order_id)
    (mail,) = paying.box.sent
    assert (mail.to, mail.id) == (EMAIL, f"receipt-{order_id}")
    assert "停車費收據" in mail.subject
    assert "共 1,280 元" in mail.text
    assert "2 筆" in mail.text
    assert "https://park.example/r/" in mail.text
    assert "02-27269600" in mail.text
    assert paying.row(order_id) == ("taken", None, 1)


def test_a_trial_says_that_it_is_one(paying: Paying) -> None:
    paying.register()
    paying.mail.deliver(paying.units, paying.pay())
    (mail,) = paying.box.sent
    assert "測試" in mail.subject
    assert mail.text.startswith("【測試】")


def test_no_plate_bill_number_or_name_travels_by_e_mail(paying: Paying) -> None:
    paying.register()
    order_id = paying.pay()
    paying.mail.deliver(paying.units, order_id)
    with paying.units() as uow:
        lines = uow.connection.execute(text("SELECT number, plate FROM order_line")).all()
    for secret in ("王小明", "0912345678", *(value for line in lines for value in line)):
        assert secret not in paying.box.sent[0].text


@pytest.mark.parametrize("registered", [True, False])
def test_who_left_no_e_mail_gets_none(paying: Paying, registered: bool) -> None:
    if registered:
        paying.register(email=None)
    order_id = paying.pay()
    assert paying.row(order_id) is None
    assert paying.jobs() == []


def test_reported_twice_it_is_one_receipt(paying: Paying) -> None:
    paying.register()
    order_id = paying.pay()
    with paying.units() as uow:
        paying.mail.post(uow, order_id, channel=CHANNEL, citizen=CITIZEN)
    assert len(paying.jobs()) == 1


def test_a_payment_that_is_rolled_back_mails_nothing(paying: Paying) -> None:
    paying.register()
    order = paying.world.open(bill("A1", 80))
    uow = paying.units()
    paying.mail.post(uow, order.id, channel=CHANNEL, citizen=CITIZEN)
    uow.rollback()
    uow.close()
    assert (paying.row(order.id), paying.jobs()) == (None, [])


def test_it_goes_to_the_address_as_it_is_now(paying: Paying) -> None:
    paying.register()
    first, second = paying.pay(), paying.pay()
    with paying.units() as uow:
        paying.given["accounts"].correct_email(uow, paying.account_id(), "new@example.com")
    paying.mail.deliver(paying.units, first)
    with paying.units() as uow:
        paying.given["accounts"].correct_email(uow, paying.account_id(), None)
    paying.mail.deliver(paying.units, second)
    assert [mail.to for mail in paying.box.sent] == ["new@example.com"]
    assert paying.row(second)[0] == "unwanted"


def test_who_left_gets_none(paying: Paying) -> None:
    paying.register()
    order_id = paying.pay()
    with paying.units() as uow:
        paying.given["accounts"].row(uow, CHANNEL, CITIZEN).state = AccountState.LEAVING
    paying.mail.deliver(paying.units, order_id)
    assert paying.box.sent == []
    assert paying.row(order_id)[0] == "unwanted"


def test_what_is_unclear_goes_again_with_the_same_id_and_not_for_ever(paying: Paying) -> None:
    paying.register()
    order_id, lost = paying.pay(), paying.pay()
    paying.box.faults = [OutsideError("timeout")]
    with pytest.raises(TryAgainError):
        paying.mail.deliver(paying.units, order_id)
    assert paying.row(order_id) == ("waiting", "timeout", 1)
    paying.mail.deliver(paying.units, order_id)
    assert paying.row(order_id)[0] == "taken"

    paying.box.faults = [OutsideError("connection") for _ in range(MOST_ATTEMPTS)]
    for _ in range(MOST_ATTEMPTS - 1):
        with pytest.raises(TryAgainError):
            paying.mail.deliver(paying.units, lost)
    paying.mail.deliver(paying.units, lost)
    assert paying.row(lost) == ("refused", "connection", MOST_ATTEMPTS)


def test_a_worker_killed_in_the_call_sends_again(paying: Paying) -> None:
    paying.register()
    order_id = paying.pay()
    paying.box.faults = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        paying.mail.deliver(paying.units, order_id)
    paying.mail.deliver(paying.units, order_id)
    assert len(paying.box.sent) == 1


def test_a_refusal_for_good_ends_it(paying: Paying) -> None:
    paying.register()
    order_id = paying.pay()
    paying.box.faults = [OutsideError("recipient", Retry.NEVER)]
    paying.mail.deliver(paying.units, order_id)
    assert paying.row(order_id) == ("refused", "recipient", 1)


def test_an_address_that_no_key_reads_does_not_stop_the_payment(paying: Paying) -> None:
    paying.register()
    with paying.units() as uow:
        uow.connection.execute(text("UPDATE account SET email = '\\x00'"))
    assert paying.row(paying.pay()) == ("waiting", None, 0)


def test_where_no_e_mail_is_sent_nothing_is_kept(paying: Paying) -> None:
    paying.register()
    paying.mail._sender = None
    assert not paying.mail.possible
    assert paying.row(paying.pay()) is None


def test_old_rows_go(paying: Paying) -> None:
    paying.register()
    order_id = paying.pay()
    with paying.units() as uow:
        assert paying.mail.forget(uow) == 0
        uow.connection.execute(text("UPDATE receipt_mail SET created_at = now() - interval '31 days'"))
        assert paying.mail.forget(uow) == 1
    assert paying.row(order_id) is None
