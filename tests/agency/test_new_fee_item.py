"""A fee item that nobody has heard of, added by one entry of data: chat, 待繳, pay page, API, write-off and reports."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import app as front_door
from domain.accounts import AccountState
from domain.clock import city_date
from domain.months import Month
from domain.phones import parse_mobile
from infra import settings
from infra.embedded import StoreUrls
from infra.keys import with_keys
from services.agencyapi import keys
from services.consents import Given
from services.fees import FILE, load_fees
from tests.accounts import new_mobile
from tests.flow import CHANNEL, Flow
from wiring import bills as bill_room

ENTRY = """
[item.gas]
zh = "瓦斯費"
en = "Gas bill"
words = ["天然氣費"]
agencies = { zh = "天然氣公司", en = "The gas company" }
number = "G[0-9]{10}"
identifier = { zh = "用戶號碼", en = "Gas number", format = "[0-9]{8}" }
lookup = ["identifier", "number"]
bindable = ["identifier"]
after_deadline = "ask_agency"
refund = "agency"
about = { zh = "依用戶號碼查詢瓦斯費。", en = "Found by the customer number." }
notes = { zh = "請勿重複繳費，瓦斯表請勿自行拆卸。", en = "Do not pay twice." }
"""
CUSTOMER, BILL = "33012345", "G2026110001"
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
EDITION = re.compile(r'name="edition" value="([^"]+)"')

pytestmark = pytest.mark.slow


@pytest.fixture
def app(database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The whole house with this file of fee items, and no city."""
    file = tmp_path / "fees.toml"
    file.write_text(FILE.read_text(encoding="utf-8") + ENTRY, encoding="utf-8")
    monkeypatch.setattr(bill_room, "load_fees", lambda: load_fees(file))
    given = settings.load({"PARKLINE_VAR": str(tmp_path), "PAYBILL_CITIES": ""})
    made = front_door.create_app(with_keys(given, tmp_path), StoreUrls(database_url, redis_url))
    yield made
    made.extensions["house"].engine.dispose()


def registered(house: Any) -> Flow:
    """A citizen with an account, in the house's own chat."""
    flow = Flow(house.unit, house.clock, house.for_conversations())
    flow.say("說明")
    consent = Given(house.consents.version, datetime(2026, 11, 20, tzinfo=UTC))
    with house.unit() as uow:
        house.consents.give(uow, CHANNEL, flow.citizen)
        number = parse_mobile(new_mobile())
        house.accounts.keep(
            uow, CHANNEL, flow.citizen, AccountState.LIVE, mobile=number, name="王小明", consent=consent
        )
    return flow


def submit(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """The form of a page, sent as its button sends it."""
    page = client.get(path).text
    hidden = {"csrf_token": CSRF.search(page), "edition": EDITION.search(page)}
    filled = {name: found[1] for name, found in hidden.items() if found}
    keys_ = re.findall(r'name="bill" value="([^"]+)"', page)
    return client.post(path, data={**filled, **fields, **({"bill": keys_} if keys_ else {})})


def paid(client: FlaskClient, path: str) -> str:
    """Through the pay page and the trial bank to the receipt."""
    bank = submit(client, path, provider="demobank").headers["Location"]
    back = submit(client, bank.removeprefix("http://localhost:8000"), do="pay").headers["Location"]
    return client.get(back.removeprefix("http://localhost:8000"), follow_redirects=True).text


def test_one_entry_of_data_is_all_a_new_fee_item_takes(app: Flask) -> None:
    house, client = app.extensions["house"], app.test_client()
    with house.unit() as uow:
        house.agencies.add(uow, "GASCO", "示範天然氣公司", staff="anna")
        key = keys.make(uow, "GASCO", ("bills", "write_offs"), staff="anna")
    agency = {"Authorization": f"Bearer {key}"}
    deadline = city_date(house.clock.now()) + timedelta(days=10)
    row = {"number": BILL, "fee_item": "gas", "identifier": CUSTOMER, "amount": 450, "deadline": str(deadline)}
    sent = client.post("/agency/v1/bills", json={"bills": [row]}, headers=agency)
    assert sent.json == {"results": [{"number": BILL, "result": "taken", "reason": None}]}, sent.text

    flow = registered(house)
    assert "瓦斯費" in flow.say("繳費項目").buttons
    assert "瓦斯表請勿自行拆卸" in flow.say("天然氣費")
    assert "450 元" in flow.say(CUSTOMER)
    assert "示範天然氣公司" in flow.answer
    assert "綁定完成" in flow.press("綁定用戶號碼")
    owed = flow.say("待繳")
    assert "瓦斯費待繳" in owed
    assert "用戶號碼 33012345" in owed

    path = owed.link("繳費 450 元").removeprefix("http://localhost:8000")
    page = client.get(path).text
    assert "瓦斯費" in page
    assert "依用戶號碼查詢瓦斯費。 收費機關：天然氣公司。" in page
    assert "瓦斯表請勿自行拆卸" in page
    assert "逾期：應繳金額請先洽機關。" in page
    assert "車牌" not in page
    assert "繳費成功" in paid(client, path)
    assert "目前查無待繳瓦斯費" in flow.say("待繳")

    told = client.get("/agency/v1/write-offs", headers=agency).json["write_offs"]
    assert [(one["number"], one["amount"]) for one in told] == [(BILL, 450)]
    with house.unit() as uow:
        report = house.reports.make(uow, "items", Month.of(house.clock.now()))
    assert ["瓦斯費", 1, 450] in [row[:3] for row in report.rows]
