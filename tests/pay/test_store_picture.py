"""The picture of a store barcode that the chat shows, fetched by LINE's apps from our signed address."""

import io
from datetime import timedelta

import pytest
import zxingcpp
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from domain.orderview import OrderView
from domain.slippicture import SlipPicture, end_of
from domain.storebarcode import Segments
from tests.pay.test_store import due, today
from tests.pay.webapp import STORE_CODE, make_app
from tests.pay.world import World
from web.console.lineapi.limits import URL

MOST_PREVIEW_BYTES = 1_000_000  # LINE: preview at most 1 MB, original 10 MB
MOST_DAYS = 5


@pytest.fixture
def browser(world: World) -> FlaskClient:
    return make_app(world).test_client()


def address(world: World, order: OrderView, page: int = 1, count: int = 1) -> str:
    """The picture's path, as the chat gives it out."""
    slips = make_app(world).extensions["slips"]
    with world.unit() as uow:
        slip = slips.offer(uow, order.id)[page - 1]
    url = world.links.slip_picture(SlipPicture(slip.number, page, count), slip.pay_by)
    assert len(url) <= URL
    return url.removeprefix("https://park.example")


def read(body: bytes) -> list[str]:
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(body)))
    return [one.text for one in sorted(found, key=lambda one: one.position.top_left.y)]


def test_a_scanner_reads_the_bytes_that_are_served(world: World, browser: FlaskClient) -> None:
    order = world.open(due("A1", 1140))
    picture = browser.get(address(world, order))
    assert picture.status_code == 200
    assert picture.mimetype == "image/png"
    assert picture.headers["Cache-Control"] == "no-store"
    assert len(picture.data) <= MOST_PREVIEW_BYTES
    segments = Segments.read(*read(picture.data))
    assert (segments.amount, segments.first[6:]) == (1140, STORE_CODE)
    assert world.rows("SELECT number, amount FROM store_slip") == [(segments.second, 1140)]


def test_each_of_three_is_another_readable_picture(world: World, browser: FlaskClient) -> None:
    order = world.open(due("A1", 80), due("A2", 90), due("A3", 100))
    pictures = [browser.get(address(world, order, page, 3)).data for page in (1, 2, 3)]
    assert sorted(Segments.read(*read(one)).amount for one in pictures) == [80, 90, 100]
    assert browser.get(address(world, order, 1, 2)).data != pictures[0], "the place among all is in the picture"


def test_it_outlives_the_pay_link_and_ends_with_the_last_day(world: World, browser: FlaskClient) -> None:
    path = address(world, world.open(due("A1")))
    world.run("UPDATE orders SET state = 'expired', expires_at = now() - interval '1 day'")
    world.clock.set(end_of(today() + timedelta(days=MOST_DAYS)) - timedelta(minutes=1))
    assert browser.get(path).status_code == 200
    world.clock.move(minutes=1)
    assert browser.get(path).status_code == 410


@pytest.mark.parametrize("state", ["paying", "paid"])
def test_a_bill_that_is_paid_another_way_has_no_picture_any_more(
    world: World, browser: FlaskClient, state: str
) -> None:
    path = address(world, world.open(due("A1")))
    other = world.open(due("A1"), citizen=None)
    world.start(other)
    if state == "paid":
        world.bank.pay(world.trade(other), 80)
        world.settle(other)
    assert browser.get(path).status_code == 410


def test_forged_addresses_and_other_links_show_nothing(world: World, browser: FlaskClient) -> None:
    order = world.open(due("A1"))
    path = address(world, order)
    turned = path.replace(path[10], "A" if path[10] != "A" else "B", 1)
    assert browser.get(turned).status_code == 404
    token = world.links.pay(order).rsplit("/", 1)[1]
    assert browser.get(f"/b/{token}.png").status_code == 404
    nobodys = world.links.slip_picture(SlipPicture("0" * 16, 1, 1), today())
    assert browser.get(nobodys.removeprefix("https://park.example")).status_code == 410


def test_looking_changes_nothing(world: World, browser: FlaskClient) -> None:
    path = address(world, world.open(due("A1")))
    before = world.rows("SELECT (SELECT count(*) FROM order_move), (SELECT count(*) FROM store_slip)")
    assert browser.get(path).data == browser.get(path).data
    assert world.rows("SELECT (SELECT count(*) FROM order_move), (SELECT count(*) FROM store_slip)") == before


@given(st.from_regex(r"[0-9]{16}", fullmatch=True), st.integers(1, 255), st.integers(1, 255))
def test_what_the_address_carries_reads_back(number: str, page: int, count: int) -> None:
    picture = SlipPicture(number, page, count)
    assert SlipPicture.unpacked(picture.packed) == picture
