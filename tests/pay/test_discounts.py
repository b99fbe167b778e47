"""行動支付優惠: both amounts before paying, the lower one taken, and every book says the same."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from domain.bills import Bill
from domain.orders import AttemptState, OrderState
from domain.vehicles import VehicleKind
from services.receipts import receipt
from tests.pay.test_pages import address, press
from tests.pay.test_store import codes, due
from tests.pay.webapp import make_app
from tests.pay.world import World


def slip(number: str = "M8168111102840P", amount: int = 20, kind: VehicleKind = VehicleKind.MOTORCYCLE) -> Bill:
    """A paperless bill of our own ledger."""
    plain = due(number, amount)
    return replace(plain, agency="TPE", kind=kind, source="ledger", issued_how="無紙化開單")


@pytest.fixture
def browser(world: World) -> FlaskClient:
    return make_app(world).test_client()


def test_both_amounts_are_shown_before_paying(world: World, browser: FlaskClient) -> None:
    order = world.open(slip(), due("A1", 80))
    assert order.total == 90
    page = browser.get(address(world, order)).text
    for said in ("帳單 20 元，優惠後 10 元", "帳單 100 元，行動支付優惠後 90 元。", "不適用於超商條碼"):
        assert said in page
    english = browser.get(address(world, order) + "?lang=en").text
    assert "Billed NT$100; with the mobile payment discount NT$90." in english


def test_a_heavy_motorcycle_pays_what_the_bill_says(world: World, browser: FlaskClient) -> None:
    order = world.open(slip(kind=VehicleKind.HEAVY_MOTORCYCLE))
    assert order.total == 20
    assert "優惠" not in browser.get(address(world, order)).text


def test_provider_payment_receipt_and_books_say_the_lower_amount(world: World, browser: FlaskClient) -> None:
    order = world.open(slip(), due("A1", 80))
    press(browser, address(world, order), provider="demobank")
    world.bank.pay(world.trade(order), 90)
    assert world.settle(order) is AttemptState.PAID
    assert world.rows("SELECT amount FROM payment") == [(90,)]
    assert world.rows("SELECT sum(pay_amount - discount) FROM order_line WHERE chosen") == [(90,)]
    with world.unit() as uow:
        paid = receipt(uow, order.id)
    assert (paid.billed, paid.discount, paid.subtotal, paid.total) == (100, 10, 90, 90)
    shown = browser.get(world.links.receipt(order.id).removeprefix("https://park.example")).text
    for said in ("帳單金額", "100 元", "減 10 元", "帳單 20 元，優惠後 10 元"):
        assert said in shown


def test_the_whole_amount_is_another_amount_than_ours(world: World) -> None:
    order = world.open(slip())
    world.start(order)
    world.bank.pay(world.trade(order), 20)
    world.settle(order)
    assert world.read(order).stopped
    assert world.rows("SELECT count(*) FROM payment") == [(0,)]


def test_ticking_counts_with_the_discount(world: World, browser: FlaskClient) -> None:
    order = world.open(slip("M1"), slip("M2"), due("A1", 80))
    assert order.total == 100
    with world.unit() as uow:
        chosen = world.orders.choose(uow, order.id, {slip("M1").key})
    assert (chosen.total, chosen.discount) == (10, 10)


def test_a_discount_that_ended_meanwhile_is_shown_first(world: World) -> None:
    order = world.open(slip(), age=timedelta(minutes=2))
    world.sources.now = {slip().key: replace(slip(), issued_how="現場開單")}
    world.start(order)
    now = world.read(order)
    assert (now.state, now.total) == (OrderState.OPEN, 20)
    assert now.edition != order.edition


def test_a_store_takes_what_the_bill_says(world: World, browser: FlaskClient) -> None:
    path = address(world, world.open(slip()))
    press(browser, path, provider="store")
    page = browser.get(f"{path}/store/1").text
    (made,) = codes(page)
    assert made.amount == 20
    assert "優惠後" not in page
    assert world.rows("SELECT amount FROM store_slip") == [(20,)]


def test_the_database_refuses_a_discount_of_everything(world: World) -> None:
    world.open(slip())
    with pytest.raises(Exception, match="ck_order_line_discount"):
        world.run("UPDATE order_line SET discount = pay_amount")


def test_the_page_explains_the_fee_item_in_both_languages(world: World, browser: FlaskClient) -> None:
    path = address(world, world.open(due("A1", 80)))
    page = browser.get(path).text
    assert "繳費說明與注意事項" in page
    assert "逾期未繳會寄發催繳單並加收工本費" in page
    assert "followed by a dunning notice with an extra charge" in browser.get(path + "?lang=en").text
