"""What a forwarded, an old or a tampered pay link can do: pay, and nothing else."""

import io
import re
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from domain.orders import AttemptState, OrderState
from domain.orderview import OrderView
from tests.pay.test_pages import address, fields, press
from tests.pay.test_store import due
from tests.pay.webapp import make_app
from tests.pay.world import CITIZEN, World

PLATE = "AJH-6023"
EVIL = ("//evil.example", "https://evil.example", "\\\\evil.example", "javascript:alert(1)", "en\r\nX-Evil: 1")


@pytest.fixture
def browser(world: World) -> FlaskClient:
    return make_app(world).test_client()


def paid(world: World, browser: FlaskClient) -> tuple[OrderView, str]:
    """An order that somebody who was given the link has paid, and its address."""
    order = world.open(due("A1"))
    path = address(world, order)
    press(browser, path, provider="demobank")
    world.bank.pay(world.trade(order), 80)
    assert world.settle(order) is AttemptState.PAID
    return order, path


def test_a_forwarded_link_pays_and_names_nobody_on_any_page(world: World, browser: FlaskClient) -> None:
    order = world.open(due("A1"))
    path = address(world, order)
    seen = [browser.get(path).text]
    press(browser, path, provider="store")
    seen.append(browser.get(f"{path}/store/1").text)
    press(browser, path, provider="demobank")
    seen.append(browser.get(path).text)
    world.bank.pay(world.trade(order), 80)
    receipt = browser.get(path + "/back").location
    seen += [browser.get(path).text, browser.get(receipt).text]
    file = browser.get(receipt.split("?")[0] + ".pdf")
    seen.append("".join(page.extract_text() for page in PdfReader(io.BytesIO(file.data)).pages))
    for page in seen:
        for personal in (PLATE, PLATE.replace("-", ""), CITIZEN):
            assert personal not in page
    assert "繳費證明" in seen[-1]
    assert "**23" in seen[-1]
    assert world.read(order).state is OrderState.PAID


def test_the_address_holds_nothing_but_its_token(world: World, browser: FlaskClient) -> None:
    order, path = paid(world, browser)
    for one in (path, browser.get(path + "/back").location, world.links.receipt(order.id)):
        assert re.fullmatch(r"/[pr]/[\w-]{48}={0,2}", urlsplit(one).path)
        assert not urlsplit(one).query


def test_after_payment_it_leads_to_the_receipt_and_nowhere_else(world: World, browser: FlaskClient) -> None:
    form = fields(browser.get(address(world, world.open(due("B1")))))
    order, path = paid(world, browser)
    moves = world.rows("SELECT count(*) FROM order_move")
    for provider in ("demobank", "store", None):
        given = form | {"bill": "NWT:bill:A1", "edition": order.edition} | ({"provider": provider} if provider else {})
        answer = browser.post(path, data=given)
        assert answer.status_code in (303, 409)
    assert browser.post(path + "/other", data=form).status_code == 303
    assert browser.get(f"{path}/store/1").location == path
    assert browser.get(f"{path}/store/1.png").status_code == 404
    assert world.rows("SELECT count(*) FROM order_move") == moves
    assert len(world.bank.starts) == 1
    page = browser.get(path).text
    assert "<form" not in page
    assert "/r/" in page


@pytest.mark.parametrize("evil", EVIL)
def test_nothing_in_the_address_or_the_form_leads_elsewhere(world: World, browser: FlaskClient, evil: str) -> None:
    path = address(world, world.open(due("A1")))
    went = [
        browser.get(path + "/back", query_string={"lang": evil, "note": evil, "next": evil}),
        browser.get(f"{path}/store/9", query_string={"lang": evil}),
        browser.get(path + "/carry", query_string={"lang": evil, "note": evil}),
    ]
    form = fields(browser.get(path)) | {"next": evil, "redirect_url": evil, "url": evil}
    went.append(browser.post(path, data=form | {"provider": "demobank"}, query_string={"lang": evil}))
    for answer in went:
        assert answer.status_code == 303
        assert "evil" not in answer.location
        assert "X-Evil" not in answer.headers
    assert went[-1].location.startswith("https://bank.example/")


def test_a_page_in_a_frame_or_with_its_token_sent_on_is_not_allowed(world: World, browser: FlaskClient) -> None:
    _order, path = paid(world, browser)
    for page in (path, path + "/back", "/p/nothing"):
        headers = browser.get(page).headers
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"
