"""A browser without scripts carries our signed form to ECPay, once, unchanged, and only while it may be paid."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from domain.orders import AttemptState, OrderState
from domain.orderview import OrderView
from tests.clock import MovableClock
from tests.fakes.providers.ecpay import FakeEcPay
from tests.pay.test_pages import address, fields, press
from tests.pay.webapp import make_app
from tests.pay.world import World, bill
from tests.providers.rigs import EcRig, ecpay_rig


@pytest.fixture
def rig(pay_engine: Engine, this_moment: MovableClock) -> Iterator[EcRig]:
    with ecpay_rig(pay_engine, this_moment) as made:
        yield made


@pytest.fixture
def fake(rig: EcRig) -> FakeEcPay:
    return rig.fake


@pytest.fixture
def world(pay_engine: Engine, rig: EcRig, this_moment: MovableClock) -> World:
    return World.build(pay_engine, provider=rig.provider, clock=this_moment)


@pytest.fixture
def browser(world: World) -> FlaskClient:
    return make_app(world).test_client()


def chosen(world: World, browser: FlaskClient) -> tuple[OrderView, str, TestResponse]:
    """ECPay has been chosen on the page: the order, its path, the page with the form."""
    order = world.open(bill("A1", 80))
    path = address(world, order)
    went = press(browser, path, provider="ecpay")
    assert went.location == f"{path}/carry"
    return order, path, browser.get(went.location)


def form_of(page: TestResponse) -> dict[str, str]:
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {name: html.unescape(value) for name, value in hidden}


def test_one_button_leads_to_ecpay_with_our_signed_form(world: World, browser: FlaskClient, fake: FakeEcPay) -> None:
    order, path, page = chosen(world, browser)
    form = form_of(page)
    assert "80 元" in page.text
    assert form["TotalAmount"] == "80"
    assert f"form-action 'self' {fake.url};" in page.headers["Content-Security-Policy"]
    sent = browser.post(f"{path}/carry", data=form)
    assert (sent.status_code, sent.location) == (307, f"{fake.url}/Cashier/AioCheckOut/V5")
    assert fake.carry(form) == "付款"
    fake.pay(world.trade(order))
    assert "/r/" in browser.get(f"{path}/back").location


def test_a_changed_form_is_not_sent_on(world: World, browser: FlaskClient) -> None:
    _, path, page = chosen(world, browser)
    form = form_of(page)
    for changed in (form | {"TotalAmount": "8"}, form | {"more": "x"}, {}):
        assert browser.post(f"{path}/carry", data=changed).status_code == 400
    assert world.rows("SELECT carried_at FROM attempt") == [(None,)]


def test_a_form_whose_time_is_over_is_not_sent_on(world: World, browser: FlaskClient) -> None:
    _, path, page = chosen(world, browser)
    world.run("UPDATE attempt SET expires_at = now()")
    sent = browser.post(f"{path}/carry", data=form_of(page))
    assert (sent.status_code, sent.location) == (303, path)


def test_before_it_set_off_it_may_still_set_off_and_afterwards_not_again(world: World, browser: FlaskClient) -> None:
    _, path, page = chosen(world, browser)
    assert f'href="{path}/carry"' in browser.get(path).text
    browser.post(f"{path}/carry", data=form_of(page))
    shown = browser.get(path).text
    assert f'href="{path}/carry"' not in shown
    assert "改用其他方式前請注意" in shown


def test_looking_sends_nothing(world: World, browser: FlaskClient, fake: FakeEcPay) -> None:
    order, path, _ = chosen(world, browser)
    assert fake.trades == {}
    world.payments.withdraw(world.unit, order.id)
    assert browser.get(f"{path}/carry").location == path


def test_an_atm_number_is_shown_with_its_end_and_may_be_left_after_a_warning(
    world: World, browser: FlaskClient, fake: FakeEcPay
) -> None:
    order, path, page = chosen(world, browser)
    fake.carry(form_of(page))
    number, until = world.trade(order), datetime.now(UTC) + timedelta(days=3)
    fake.issue(number, "CVS_IBON", until)
    assert world.settle(order) is AttemptState.STARTED
    attempt = world.read(order).attempt
    assert attempt is not None
    assert attempt.payable_until == until.replace(microsecond=0)
    shown = browser.get(path).text
    assert "您已取得 ATM 帳號或超商繳費代碼" in shown
    assert "否則會重複繳費" in shown
    left = browser.post(f"{path}/other", data=fields(browser.get(path)))
    assert world.read(order).state is OrderState.OPEN
    assert left.status_code == 303
    fake.pay(number)
    world.payments.hear(world.unit, "ecpay", {}, fake.notification(number))
    assert world.rows("SELECT reason FROM refund_due") == [("late",)]


def test_an_attempt_left_while_its_number_lives_is_asked_about_after_its_end(world: World, fake: FakeEcPay) -> None:
    order = world.open(bill("A1", 80))
    going = world.start(order, provider_key="ecpay")
    fake.carry(going.form)
    fake.issue(world.trade(order), "ATM_LAND", datetime.now(UTC) + timedelta(days=3))
    attempt_id = world.attempt_id(world.trade(order))
    world.payments.withdraw(world.unit, order.id)
    world.run("UPDATE attempt SET ended_at = ended_at - interval '1 hour'")
    world.payments.settle(world.unit, attempt_id)
    assert world.rows("SELECT next_ask_at > expires_at FROM attempt") == [(True,)]
