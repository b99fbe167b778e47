"""LINE Pay by its settings in the whole house: from the pay link over its page to the receipt."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

import app as front_door
from domain.orders import OrderState
from infra import settings
from infra.embedded import StoreUrls
from infra.keys import with_keys
from tests.fakes.providers import linepay
from tests.pay.test_pages import press
from tests.pay.world import CHANNEL, CITIZEN, bill
from wiring import House


@pytest.fixture
def fake() -> Iterator[linepay.FakeLinePay]:
    with linepay.FakeLinePay() as made:
        yield made


@pytest.fixture
def app(fake: linepay.FakeLinePay, database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Flask]:
    given = {
        "PARKLINE_VAR": str(tmp_path),
        "PAYBILL_CITIES": "",
        "PAYMENT_PROVIDERS": "linepay",
        "LINEPAY_API_URL": fake.url,
        "LINEPAY_CHANNEL_ID": linepay.CHANNEL,
        "LINEPAY_CHANNEL_SECRET": linepay.SECRET,
        "STORE_BARCODE_AGENCY": "6FA",
    }
    made = front_door.create_app(with_keys(settings.load(given), tmp_path), StoreUrls(database_url, redis_url))
    yield made
    made.extensions["house"].engine.dispose()


def jobs(house: House) -> list[str]:
    with house.engine.connect() as connection:
        return [row[0] for row in connection.execute(text("SELECT task_name FROM procrastinate_jobs ORDER BY id"))]


def test_from_the_link_to_the_receipt(app: Flask, fake: linepay.FakeLinePay) -> None:
    house: House = app.extensions["house"]
    with house.unit() as uow:
        now = house.clock.now()
        order = house.orders.open(uow, channel=CHANNEL, citizen=CITIZEN, payables=[bill("A1", 80)], asked_at=now)
    browser: FlaskClient = app.test_client()
    path = house.links.pay(order).removeprefix(house.settings.public_url)
    shown = browser.get(path).text
    assert "以LINE Pay繳費" in shown
    assert "熊讚銀行" not in shown
    went = press(browser, path, provider="linepay")
    (trade,) = fake.trades.values()
    assert went.location == f"{fake.url}/page/{trade.reference}"
    assert re.fullmatch(r"[0-9]{8}[A-Z2-9]{12}", trade.number)

    fake.approve(trade.number)
    back = trade.fields["redirectUrls"]["confirmUrl"].removeprefix(house.settings.public_url)
    waits = browser.get(f"{back}?transactionId={trade.reference}&orderId={trade.number}")
    assert "note=waiting" in waits.location
    assert trade.taken == 0  # a GET takes nothing
    assert jobs(house) == ["payments.settle"]
    with house.engine.connect() as connection:
        (attempt_id,) = connection.execute(text("SELECT id FROM attempt")).one()
    house.payments.settle(house.unit, attempt_id)  # the worker's job
    assert trade.taken == 80
    receipt = browser.get(browser.get(back).location)
    assert "繳費成功" in receipt.text
    assert "LINE Pay" in receipt.text
    assert "測試" not in receipt.text
    with house.unit() as uow:
        assert house.orders.read(uow, order.id).state is OrderState.PAID


def test_its_notifications_are_not_believed(app: Flask) -> None:
    assert app.test_client().post("/pay/notify/linepay", json={"orderId": "x"}).status_code == 400
    assert app.test_client().post("/pay/notify/ecpay", data={}).status_code == 404  # no account here
