"""/passes/: number and plate must both match, and nothing else is told; receipts behind their address."""

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from PIL import Image

from domain.passview import ODDS_CHART
from domain.rounds import RoundTimes
from infra.clock import SystemClock
from services.citizens import Citizens
from services.links import Links
from services.passes.board import PassBoard
from services.passes.lots import Sells
from services.passes.paying import PassPaying
from tests.passes.world import REGISTERING, SCRIPT, STAFF, World
from web import security
from web.draws.views import blueprint as draw_pages
from web.passes.views import blueprint

KEYS = ("k" * 40,)
NOTHING = "查無資料。手機號碼與車牌都要和申請時相同。"


@pytest.fixture
def board(world: World) -> PassBoard:
    return PassBoard(world.rules, world.lots, world.entries, "http://localhost:8000", KEYS, SystemClock())


def make_app(world: World, board: PassBoard, *, csrf: bool = False, limits: bool = False) -> Flask:
    app = Flask("test", static_folder=None)
    app.config.update(SECRET_KEY="for tests", WTF_CSRF_ENABLED=csrf, RATELIMIT_ENABLED=limits)
    security.protect(app, public_url="https://parking.example.gov.tw")
    CSRFProtect(app)
    paying = PassPaying(world.rules, Citizens(), Links("http://localhost:8000", KEYS, SystemClock()))
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    app.register_blueprint(blueprint(world.units, board, paying, SystemClock(), limiter))
    app.register_blueprint(draw_pages(world.units, world.promoting, SCRIPT))
    return app


@pytest.fixture
def client(world: World, board: PassBoard) -> Iterator[FlaskClient]:
    yield make_app(world, board).test_client()


def look(client: FlaskClient, mobile: str, plate: str, **more: str) -> str:
    answer = client.post("/passes/", data={"mobile": mobile, "plate": plate, **more})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_both_must_match(world: World, client: FlaskClient) -> None:
    draw_id = world.drawn(3)
    number = world.sql("SELECT entry_no FROM pass_entry WHERE plate = 'AAA-0001'")[0]["entry_no"]
    page = look(client, "0900-000-001", "aaa0001")
    assert number in page
    assert "P0123 地下停車場" in page
    assert any(words in page for words in ("正取", "備取"))
    assert "演練" in page
    wrong_plate, wrong_number = look(client, "0900000001", "AAA-0002"), look(client, "0900000002", "AAA-0001")
    nobody = look(client, "0988888888", "ZZZ-9999")
    assert NOTHING in nobody
    assert wrong_plate == wrong_number == nobody, "the same answer for a wrong pair and for no such entry"
    assert draw_id not in page


def test_what_is_no_number_is_said(client: FlaskClient) -> None:
    assert "這不是臺灣的手機號碼" in look(client, "12345", "AAA-0001")
    assert "車牌" in look(client, "0912345678", "?")


def test_in_english(world: World, client: FlaskClient) -> None:
    world.drawn(1)
    page = look(client, "0900000001", "AAA-0001", lang="en")
    assert "Won, no. 1" in page
    assert "Rehearsal" in page


def test_tries_are_counted(world: World, board: PassBoard) -> None:
    client = make_app(world, board, limits=True).test_client()
    answers = [client.post("/passes/", data={"mobile": "0912345678", "plate": f"AAA-{i:04}"}) for i in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2


def test_tries_of_one_number_are_counted_wherever_they_come_from(world: World, board: PassBoard) -> None:
    client = make_app(world, board, limits=True).test_client()

    def statuses(mobile: str, addresses: range) -> list[int]:
        return [
            client.post(
                "/passes/",
                data={"mobile": mobile, "plate": f"AAA-{i:04}"},
                environ_overrides={"REMOTE_ADDR": f"10.0.0.{i}"},
            ).status_code
            for i in addresses
        ]

    assert statuses("0912345678", range(1, 23)) == [200] * 20 + [429] * 2
    assert statuses("0912-345-678", range(30, 31)) == [429], "however it is written"
    assert statuses("0912345679", range(40, 41)) == [200], "another number"


def test_an_entry_of_the_counter_is_found_without_line(world: World, client: FlaskClient) -> None:
    draw_id = world.round()
    entry, _ = world.apply(draw_id, 1, landline="02-12345678")
    world.sql("UPDATE pass_entry SET channel = NULL, citizen = NULL")
    page = look(client, "0900000001", "AAA-0001")
    assert entry.entry_no in page
    assert "12345678" not in page
    wrong, none = look(client, "0900000001", "AAA-0002"), look(client, "0988888888", "ZZZ-9999")
    assert NOTHING in wrong
    assert wrong == none


def test_what_is_open_is_listed_and_who_takes_applications(world: World, client: FlaskClient) -> None:
    draw_id = world.round()
    world.set_clock(draw_id, REGISTERING)
    assert "全日月票 2 張" not in client.get("/passes/").get_data(as_text=True), "a rehearsal is nobody's business"
    now = SystemClock().now().replace(microsecond=0)
    day = timedelta(days=1)
    times = RoundTimes(now - day, now + day, now + 2 * day, now + 3 * day)
    world.round(world.lot("P0500"), rehearsal=False, times=times)
    world.round(world.lot("P0600", sells=Sells.COUNTER), rehearsal=False, times=times)
    page = client.get("/passes/").get_data(as_text=True)
    assert page.count("全日月票 2 張") == 2
    assert page.count("只在現場受理") == 1


def test_another_sites_form_is_refused(world: World, board: PassBoard) -> None:
    client = make_app(world, board, csrf=True).test_client()
    assert client.post("/passes/", data={"mobile": "0912345678", "plate": "AAA-0001"}).status_code == 400


def test_a_receipt_behind_its_address(world: World, board: PassBoard, client: FlaskClient) -> None:
    entry, receipt = world.apply(world.round(), 1)
    now = SystemClock().now()
    url = board.receipt_urls(entry.id, now + timedelta(days=1))[0]
    path = url.removeprefix("http://localhost:8000")
    answer = client.get(path)
    assert receipt.commit in answer.get_data(as_text=True)
    assert "<svg" in answer.get_data(as_text=True)
    code = client.get(f"{path}/qr.png")
    (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(code.data)).convert("L"))
    assert read.text == receipt.text(), "what a phone reads is the receipt, whole"
    assert code.headers["Cache-Control"] == "no-store"
    assert client.get(f"{path[:-4]}AAAA/qr.png").status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(path[:-4] + "AAAA").status_code == 404
    expired = board.receipt_urls(entry.id, now - timedelta(seconds=1))[0].removeprefix("http://localhost:8000")
    assert client.get(expired).status_code == 404
    world.sql("UPDATE pass_entry SET salt = NULL")
    assert client.get(path).status_code == 404, "its salt is deleted after the complaint period"


def test_the_picture_of_odds(world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    before = world.real_draw(4, monkeypatch)
    world.desk.publish(before, actor=STAFF)
    draw_id = world.round("P0123", rehearsal=False, month="2023-10")
    pictures = [client.get(f"/passes/odds/{draw_id}/{language}.png") for language in ("zh-TW", "en")]
    for answer in pictures:
        assert answer.status_code == 200
        assert Image.open(BytesIO(answer.data)).size == ODDS_CHART
        assert "public" in answer.headers["Cache-Control"]
    assert pictures[0].data != pictures[1].data


@pytest.mark.parametrize("path", ["nothing/zh-TW.png", "2023-09/P0123/car/all-day/fr.png", "{draw_id}/zh-TW.png"])
def test_no_picture_of_nothing(world: World, client: FlaskClient, path: str) -> None:
    draw_id = world.round()
    assert client.get(f"/passes/odds/{path.format(draw_id=draw_id)}").status_code == 404


def won(world: World) -> tuple[str, str]:
    """A place won by somebody without LINE: (mobile, plate)."""
    world.drawn(1, steps="*:1")
    return "0900000001", "AAA-0001"


def entry_of(page: str) -> str:
    """The hidden field of the page's only pay button."""
    (entry,) = re.findall(r'name="entry" value="([0-9a-f-]{36})"', page)
    return entry


def test_a_place_that_was_won_leads_to_the_same_pay_page(world: World, client: FlaskClient) -> None:
    mobile, plate = won(world)
    page = look(client, mobile, plate)
    assert "繳費 5,760 元" in page
    form = {"mobile": mobile, "plate": plate, "entry": entry_of(page)}
    answer = client.post("/passes/pay", data=form)
    assert answer.status_code == 303
    assert answer.location.startswith("http://localhost:8000/p/")
    assert world.sql("SELECT channel, citizen, total FROM orders") == [
        {"channel": "web", "citizen": None, "total": 5760}
    ]
    assert client.post("/passes/pay", data=form).status_code == 303
    assert len(world.sql("SELECT id FROM orders")) == 1, "the order that is open is used again"


@pytest.mark.parametrize(("mobile", "plate"), [("0900000002", "AAA-0001"), ("0900000001", "AAA-0002")])
def test_nobody_pays_with_half_of_what_is_asked(world: World, client: FlaskClient, mobile: str, plate: str) -> None:
    entry = entry_of(look(client, *won(world)))
    answer = client.post("/passes/pay", data={"mobile": mobile, "plate": plate, "entry": entry})
    assert (answer.status_code, NOTHING in answer.text) == (200, True)
    assert world.sql("SELECT id FROM orders") == []


def test_another_entrys_id_buys_nothing(world: World, client: FlaskClient) -> None:
    mobile, plate = won(world)
    answer = client.post("/passes/pay", data={"mobile": mobile, "plate": plate, "entry": str(uuid.uuid4())})
    assert NOTHING in answer.text


def test_a_place_that_is_too_late_or_sold_at_the_lot_only_is_not_offered(world: World, client: FlaskClient) -> None:
    mobile, plate = won(world)
    form = {"mobile": mobile, "plate": plate, "entry": entry_of(look(client, mobile, plate))}
    world.sql("UPDATE pass_seat SET pay_by = now() - interval '20 years'")
    assert "現在不能線上繳費" in client.post("/passes/pay", data=form).text
    world.sql("UPDATE lot SET sells = 'counter'")
    assert "/passes/pay" not in look(client, mobile, plate)


def test_pay_buttons_count_as_lookups(world: World, board: PassBoard) -> None:
    client = make_app(world, board, limits=True).test_client()
    form = {"mobile": "0900000001", "plate": "AAA-0001", "entry": ""}
    codes = [client.post(f"/passes/{'pay' if i % 2 else ''}", data=form).status_code for i in range(11)]
    assert codes[-1] == 429, "ten a minute, whichever of the two"
