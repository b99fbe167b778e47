"""The trial bank, over HTTP: its books beside ours, and each way it may fail."""

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar

import pytest
from sqlalchemy import Engine

from adapters.payments.demobank import Behaviour
from domain.errors import OutsideError
from domain.orders import AttemptState, OrderState
from domain.ports.payments import AttemptOutcome, ForgedNotificationError
from tests.pay.webapp import serving
from tests.pay.world import World, bill

BOTH_BOOKS = """
    SELECT (SELECT coalesce(sum(amount), 0) FROM payment),
           (SELECT coalesce(sum(amount), 0) FROM demobank.trade WHERE state = 'paid')"""


@pytest.fixture
def world(pay_engine: Engine) -> Iterator[World]:
    with serving(pay_engine) as served:
        yield served


class Browser:
    """A browser without scripts: follows redirects, keeps cookies, fills forms with what the page says."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.url = self.text = ""

    def open(self, url: str, form: list[tuple[str, str]] | None = None) -> str:
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        with self._opener.open(urllib.request.Request(url, data), timeout=20) as answer:  # noqa: S310
            self.url, self.text = answer.url, answer.read().decode()
        return self.text

    def press(self, **button: str) -> str:
        """Press a button of the page's form."""
        form = re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', self.text)
        form += [("bill", key) for key in re.findall(r'name="bill" value="([^"]+)" checked', self.text)]
        return self.open(self.url, form + list(button.items()))


def to_the_bank(world: World):
    order, browser = world.open(bill(amount=80)), Browser()
    browser.open(world.links.pay(order))
    page = browser.press(provider="demobank")
    assert "測試" in page
    assert "訂單資訊" in page
    assert world.trade(order) in page
    return order, browser


def test_paying_leads_to_the_receipt_and_both_books_agree(world: World) -> None:
    order, browser = to_the_bank(world)
    page = browser.press(do="pay")
    assert "繳費成功" in page
    assert "/r/" in browser.url
    assert world.read(order).state is OrderState.PAID
    assert world.rows(BOTH_BOOKS) == [(80, 80)]


def test_the_notification_alone_is_enough(world: World) -> None:
    order, _ = to_the_bank(world)
    world.bank.pay(world.trade(order))  # the browser never comes back
    assert world.read(order).state is OrderState.PAID


def test_the_return_before_the_notification_is_enough(world: World) -> None:
    order, browser = to_the_bank(world)
    trade = world.trade(order)
    world.run("UPDATE demobank.trade SET state = 'paid', decided_at = now() WHERE trade_number = :t", t=trade)
    world.clock.move(seconds=1)
    assert "繳費成功" in browser.open(world.bank.trade(trade).return_url)
    assert world.bank.notify(trade)  # the later notification changes nothing
    assert world.rows(BOTH_BOOKS) == [(80, 80)]


def test_cancelling_leads_back_to_the_open_order(world: World) -> None:
    order, browser = to_the_bank(world)
    page = browser.press(do="cancel")
    assert "支付業者回報未付款" in page
    assert "尚未扣款" not in page  # only the bank knows, and it may be late
    english = browser.open(f"{browser.url}&lang=en")
    assert "The payment provider reports that nothing was paid" in english
    assert "No money was taken" not in english
    assert world.read(order).state is OrderState.OPEN
    assert world.rows(BOTH_BOOKS) == [(0, 0)]


def test_declined(world: World) -> None:
    _, browser = to_the_bank(world)
    assert "支付業者回報未付款" in browser.press(do="pay", behaviour="decline")
    assert world.rows("SELECT state FROM attempt") == [("failed",)]


def test_hanging_is_unknown_until_the_bank_speaks_again(world: World) -> None:
    order, browser = to_the_bank(world)
    assert "付款處理中" in browser.press(do="pay", behaviour="hang")
    assert world.rows("SELECT state FROM attempt") == [("unknown",)]
    world.clock.move(seconds=31)
    assert world.settle(order) is AttemptState.PAID
    assert world.rows(BOTH_BOOKS) == [(80, 80)]


def test_told_twice_is_booked_once(world: World) -> None:
    _, browser = to_the_bank(world)
    assert "繳費成功" in browser.press(do="pay", behaviour="twice")
    assert world.rows(BOTH_BOOKS) == [(80, 80)]
    assert world.rows("SELECT count(*) FROM refund_due") == [(0,)]


def test_late_money_goes_onto_the_refund_list(world: World) -> None:
    order, browser = to_the_bank(world)
    trade = world.trade(order)
    assert "支付業者回報未付款" in browser.press(do="pay", behaviour="late")
    world.clock.move(seconds=61)
    assert world.payments.settle(world.unit, world.attempt_id(trade)) is AttemptState.CANCELLED
    assert world.rows("SELECT amount, reason FROM refund_due") == [(80, "late")]
    assert world.rows(BOTH_BOOKS) == [(80, 80)]


def test_leaving_the_bank_for_another_way_closes_the_trade(world: World) -> None:
    order, _ = to_the_bank(world)
    trade = world.trade(order)
    world.payments.withdraw(world.unit, order.id)
    world.bank.pay(trade)
    assert world.bank.trade(trade).state == "cancelled"
    assert world.rows(BOTH_BOOKS) == [(0, 0)]


def test_a_trade_expires(world: World) -> None:
    order, browser = to_the_bank(world)
    world.clock.move(minutes=21)
    assert "不會再扣款" in browser.open(browser.url)
    assert world.settle(order) is AttemptState.EXPIRED


def test_the_bank_takes_a_number_once_and_for_one_amount(world: World) -> None:
    order, _ = to_the_bank(world)
    attempt_id = world.attempt_id(world.trade(order))
    with world.unit() as uow:
        _, taking = world.payments.taking(uow, attempt_id)
    assert world.bank.start(taking).redirect_url == world.rows("SELECT redirect_url FROM attempt")[0][0]
    world.run("UPDATE demobank.trade SET amount = 8")
    with pytest.raises(OutsideError, match="refused"):
        world.bank.start(taking)
    world.run("DELETE FROM demobank.trade")
    assert world.bank.ask(taking).outcome is AttemptOutcome.NEVER_HEARD


def test_its_notifications_are_signed(world: World) -> None:
    body = b"trade_number=T1"
    assert world.bank.notified({"X-Demobank-Signature": world.bank._sign(body)}, body).trade_number == "T1"
    for headers in ({}, {"X-Demobank-Signature": "0" * 64}, {"X-Demobank-Signature": "é"}):
        with pytest.raises(ForgedNotificationError):
            world.bank.notified(headers, body)


def test_its_page_refuses_what_it_does_not_offer(world: World) -> None:
    _, browser = to_the_bank(world)
    with pytest.raises(urllib.error.HTTPError, match="400"):
        browser.press(do="pay", behaviour="explode")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        Browser().open(f"{world.links.public_url}/demobank/20261121NOSUCHTRADE0")


def test_every_behaviour_is_offered_on_the_page(world: World) -> None:
    _, browser = to_the_bank(world)
    assert set(re.findall(r'name="behaviour" value="(\w+)"', browser.text)) == {b.value for b in Behaviour}
