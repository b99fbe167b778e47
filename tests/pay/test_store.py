"""Store barcodes on the pay page: one bill a screen, readable, within the stores' limits, holding nothing back."""

import dataclasses
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image

from domain.bills import Bill
from domain.clock import city_date
from domain.orders import OrderState
from domain.storebarcode import Segments
from tests.pay.test_pages import address, press
from tests.pay.webapp import STORE_CODE, make_app
from tests.pay.world import World, bill, notice


@pytest.fixture
def browser(world: World) -> FlaskClient:
    return make_app(world).test_client()


def today() -> date:
    """The city's day: asked each time, since a run may cross midnight."""
    return city_date(datetime.now(UTC))


def due(number: str, amount: int = 80, *, days: int = 5) -> Bill:
    """A bill to be paid within so many days of today."""
    return dataclasses.replace(bill(number, amount), deadline=today() + timedelta(days=days))


def codes(page: str) -> list[Segments]:
    shown = re.findall(r'<figcaption class="number">([^<]+)</figcaption>', page)
    return [Segments.read(*shown[at : at + 3]) for at in range(0, len(shown), 3)]


def test_three_bills_are_three_screens(world: World, browser: FlaskClient) -> None:
    order = world.open(due("A1", 80), due("A2", 1140), notice("N1", due("A3", 240)))
    world.run("UPDATE order_line SET deadline = :day WHERE type = 'notice'", day=today() + timedelta(days=9))
    path = address(world, order)
    went = press(browser, path, provider="store")
    assert went.location == f"{path}/store/1"
    seen = []
    for page in (1, 2, 3):
        shown = browser.get(f"{path}/store/{page}").text
        assert f"{page}/3" in shown
        assert "超商繳費約需數日入帳" in shown
        assert ("下一張" in shown, "上一張" in shown) == (page < 3, page > 1)
        assert "AJH-6023" not in shown
        (made,) = codes(shown)
        assert made.first[6:] == STORE_CODE
        seen.append(made.amount)
    assert sorted(seen) == [80, 290, 1140]
    assert browser.get(f"{path}/store/4").location == f"{path}/store/1"


def test_the_picture_is_read_by_a_scanner(world: World, browser: FlaskClient) -> None:
    order = world.open(due("A1", 1140))
    path = address(world, order)
    press(browser, path, provider="store")
    (made,) = codes(browser.get(f"{path}/store/1").text)
    picture = browser.get(f"{path}/store/1.png")
    assert picture.mimetype == "image/png"
    assert picture.headers["Cache-Control"] == "no-store"
    found = sorted(
        zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.data))), key=lambda one: one.position.top_left.y
    )
    assert [one.text for one in found] == [made.first, made.second, made.third]
    assert browser.get(f"{path}/store/2.png").status_code == 404


def test_showing_a_barcode_locks_nothing_and_shows_the_same_again(world: World, browser: FlaskClient) -> None:
    order = world.open(due("A1"))
    path = address(world, order)
    press(browser, path, provider="store")
    first = codes(browser.get(f"{path}/store/1").text)
    press(browser, path, provider="store")
    assert codes(browser.get(f"{path}/store/1").text) == first
    assert world.rows("SELECT count(*) FROM claim") == [(0,)]
    assert world.read(order).state is OrderState.OPEN
    world.start(world.read(order))  # and it can be paid another way
    assert browser.get(f"{path}/store/1").location == path
    assert browser.get(f"{path}/store/1.png").status_code == 404


def test_above_the_stores_limit_or_past_the_deadline_there_is_none(world: World, browser: FlaskClient) -> None:
    order = world.open(due("A1", 20_000), due("A2", 20_001), due("A3", days=-2))
    path = address(world, order)
    press(browser, path, provider="store")
    shown = browser.get(f"{path}/store/1").text
    assert [one.amount for one in codes(shown)] == [20_000]
    assert "另有 2 筆不能用超商條碼繳費" in shown
    dear = address(world, world.open(due("B1", 20_001)))
    assert "顯示超商繳費條碼" not in browser.get(dear).text
    refused = press(browser, dear, provider="store")
    assert refused.status_code == 409
    assert "單筆超過 20,000 元" in refused.text


def test_it_ends_with_the_deadline(world: World, browser: FlaskClient) -> None:
    order = world.open(due("A1", days=0))
    path = address(world, order)
    press(browser, path, provider="store")
    assert browser.get(f"{path}/store/1").status_code == 200
    world.run("UPDATE order_line SET deadline = :day", day=today() - timedelta(days=2))
    assert browser.get(f"{path}/store/1").location == path


def test_another_amount_is_another_barcode_after_it_was_shown(world: World, browser: FlaskClient) -> None:
    order = world.open(due("A1", 80), age=timedelta(minutes=2))
    path = address(world, order)
    world.sources.now = {bill("A1").key: due("A1", 90)}
    went = press(browser, path, provider="store")
    assert "note=changed" in went.location
    press(browser, path, provider="store")
    assert [one.amount for one in codes(browser.get(f"{path}/store/1").text)] == [90]


def test_a_bill_paid_elsewhere_has_no_barcode(world: World, browser: FlaskClient) -> None:
    order = world.open(due("A1"), due("A2"))
    path = address(world, order)
    press(browser, path, provider="store")
    other = world.open(due("A1"), citizen=None)
    world.start(other)
    assert len(codes(browser.get(f"{path}/store/1").text)) == 1
    assert "另有 1 筆" in browser.get(f"{path}/store/1").text


def test_without_a_collection_code_there_is_no_barcode(world: World, browser: FlaskClient) -> None:
    path = address(world, world.open(due("A1")))
    services = make_app(world, store_code=None).test_client()
    assert "顯示超商繳費條碼" not in services.get(path).text
    assert press(services, path, provider="store").status_code == 409


def test_an_order_whose_barcode_was_shown_is_kept(world: World, browser: FlaskClient) -> None:
    shown, forgotten = world.open(due("A1")), world.open(due("A2"))
    press(browser, address(world, shown), provider="store")
    world.run("UPDATE orders SET expires_at = now()")
    with world.unit() as uow:
        assert world.orders.forget_offers(uow) == 1
        assert world.orders.expire_due(uow) == 1
    assert world.rows("SELECT id, state FROM orders") == [(shown.id, "expired")]
    assert forgotten.id != shown.id


def test_the_page_speaks_english(world: World, browser: FlaskClient) -> None:
    path = address(world, world.open(due("A1"), due("A2")))
    press(browser, path, provider="store")
    page = browser.get(f"{path}/store/1?lang=en").text
    main = page[page.index("<main") : page.index("</main>")]
    assert "Store barcode" in main
    assert not re.search("[\u4e00-\u9fff]", main)
