"""The page behind a download link, on the whole house: what it shows, what it gives, once, and to nobody else."""

import io
import json
import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import redis as redis_client
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import text

from bot.dialog import Dialog, DialogStore
from bot.outbox_rows import put
from domain.accounts import AccountState
from domain.bindings import Services, Vehicle
from domain.phones import Mobile
from domain.plates import parse_plate
from domain.reader import Language
from domain.slots import Slot
from domain.vehicles import VehicleKind
from services.downloads import Downloads
from tests.accounts import new_mobile
from tests.bot.outgoing import notice
from tests.clock import MovableClock
from wiring import House

CHANNEL, CITIZEN = "U" + "0" * 32, "U" + "7" * 32
WHO = {"channel": CHANNEL, "citizen": CITIZEN}
NAME, EMAIL = "歐陽測試堃", "someone@example.com"


@pytest.fixture
def mobile(house: House) -> str:
    """The number of one registered citizen."""
    number = new_mobile()
    with house.unit() as uow:
        house.citizens.meet(uow, CHANNEL, CITIZEN, "zh-Hant")
        house.consents.give(uow, CHANNEL, CITIZEN)
        given = house.consents.given(uow, CHANNEL, CITIZEN)
        assert given
        made = house.accounts.keep(
            uow, CHANNEL, CITIZEN, AccountState.LIVE, mobile=Mobile(number), name=NAME, consent=given
        )
        house.accounts.correct_email(uow, made.id, EMAIL)
    return number


@pytest.fixture
def path(house: House, mobile: str) -> str:
    """A fresh link's path."""
    return new_link(house)


def new_link(house: House) -> str:
    with house.unit() as uow:
        link = urlsplit(house.downloads.make(uow, CHANNEL, CITIZEN))
    assert link.query == "openExternalBrowser=1"
    return link.path


def look(client: FlaskClient, path: str) -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, answer.get_data(as_text=True)


def take(client: FlaskClient, path: str, form: str) -> "tuple[int, bytes]":
    token = re.search(r'name="csrf_token" value="([^"]+)"', look(client, path)[1])
    assert token, "a page without a form"
    answer = client.post(path, data={"csrf_token": token[1], "form": form})
    return answer.status_code, answer.data


def test_the_page_shows_two_files_and_nothing_personal(client: FlaskClient, path: str, mobile: str) -> None:
    for _ in range(3):  # looking, as a preview does, takes nothing
        status, page = look(client, path)
        assert status == 200
        assert "下載 PDF" in page
        assert "下載 JSON" in page
    for personal in (NAME, EMAIL, mobile, CITIZEN):
        assert personal not in page


def test_the_json_holds_everything_once(client: FlaskClient, path: str, mobile: str) -> None:
    status, body = take(client, path, "json")
    assert status == 200
    held = json.loads(body)["held"]
    (account,) = held["account"]
    assert (account["name"], account["mobile"], account["email"]) == (NAME, mobile, EMAIL)
    assert held["citizen"][0]["line_id"] == CITIZEN
    assert [row["what"] for row in held["account_history"]] == ["account.registered", "account.email_corrected"]
    assert held["consent"][0]["version"]
    assert held["download"][0]["made_at"].endswith("+08:00")
    page = look(client, path)[1]
    assert "下載 JSON" not in page
    assert "下載 PDF" in page


def test_each_file_is_given_once(client: FlaskClient, path: str) -> None:
    page = look(client, path)[1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    form = {"csrf_token": token[1], "form": "pdf"}
    first, second = client.post(path, data=form), client.post(path, data=form)
    assert first.status_code == 200
    assert second.status_code == 410
    assert "已經下載過" in second.get_data(as_text=True)
    assert take(client, path, "json")[0] == 200
    assert "都已下載" in look(client, path)[1]


def test_the_pdf_can_be_read(client: FlaskClient, path: str, mobile: str) -> None:
    status, body = take(client, path, "pdf")
    assert status == 200
    shown = "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    for words in ("個人資料複製本", NAME, EMAIL, mobile, "註冊資料", "完成註冊", "沒有資料的項目"):
        assert words in shown.replace("\n", "")


def test_the_page_and_the_pdf_speak_the_citizens_language(client: FlaskClient, house: House, path: str) -> None:
    with house.unit() as uow:
        house.citizens.choose_language(uow, CHANNEL, CITIZEN, Language.EN)
    assert "Download your personal data" in look(client, path)[1]
    shown = "".join(page.extract_text() for page in PdfReader(io.BytesIO(take(client, path, "pdf")[1])).pages)
    assert "Copy of personal data" in shown
    assert "Mobile number" in shown
    assert "account.registered" not in shown


def test_files_are_never_kept_by_a_browser_or_proxy(client: FlaskClient, path: str) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', look(client, path)[1])
    assert token
    answer = client.post(path, data={"csrf_token": token[1], "form": "json"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert "max-age" not in answer.headers["Content-Security-Policy"]
    assert look(client, path)[0] == 200
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_without_the_pages_own_form_nothing_is_given(client: FlaskClient, path: str) -> None:
    answer = client.post(path, data={"form": "json"})
    assert answer.status_code == 400
    assert NAME not in answer.get_data(as_text=True)
    assert take(client, path, "exe")[0] == 400
    assert take(client, path, "json")[0] == 200


@pytest.mark.parametrize("change", [slice(1, None), slice(0, -1)])
def test_a_changed_or_cut_link_gives_nothing(client: FlaskClient, path: str, change: slice) -> None:
    token = path.rsplit("/", 1)[1]
    assert look(client, f"/mydata/{token[change]}")[0] == 404
    turned = token[:-1] + ("A" if token[-1] != "A" else "B")
    status, page = look(client, f"/mydata/{turned}")
    assert status == 404
    assert "This link is not known" in page


def test_the_pdf_has_names_for_codes_and_counts_messages(client: FlaskClient, house: House, path: str) -> None:
    services = Services(Slot(13, 18), paperless=False, flood=house.vehicles.rules.every_area)
    without_flood = Services(Slot(9, 12))
    saved = "INSERT INTO saved_bill (channel, citizen, agency, type, number, plate, kind) VALUES "
    with house.unit() as uow:
        house.vehicles.bind(uow, CHANNEL, CITIZEN, Vehicle(parse_plate("ABC-1234"), VehicleKind.MOTORCYCLE), services)
        house.vehicles.bind(uow, CHANNEL, CITIZEN, Vehicle(parse_plate("ABC-1235"), VehicleKind.CAR), without_flood)
        uow.connection.execute(text(f"{saved} (:channel, :citizen, 'TPE', '1', 'N1', 'ABC-1234', 'car')"), WHO)
        for number in range(3):
            put(uow, notice(CITIZEN, "x", key=f"test:{number}"))
    pages = PdfReader(io.BytesIO(take(client, path, "pdf")[1])).pages
    shown = "".join("".join(page.extract_text() for page in pages).split())
    for words in ("13:00–18:00", "堤外停車場、疏散門、行政區", "臺北市", "機車", "3則", "防汛通知區域無"):
        assert words in shown
    for code in ("13-18", "riverside_lots", "TPE", "motorcycle"):
        assert code not in shown
    held = json.loads(take(client, new_link(house), "json")[1])["held"]
    assert held["binding"][0]["flood_areas"] == list(house.vehicles.rules.every_area), "the JSON keeps the codes"
    assert len(held["outbound_message"]) == 3


def test_a_pay_links_token_opens_no_data(client: FlaskClient, house: House, mobile: str) -> None:
    token = house.links.pay_token(uuid4(), house.clock.now() + timedelta(minutes=5))
    assert look(client, f"/mydata/{token}")[0] == 404


def test_a_link_ends_after_ten_minutes(client: FlaskClient, house: House, mobile: str) -> None:
    then = MovableClock(house.clock.now() - timedelta(minutes=10, seconds=1))
    keys = [key.get_secret_value() for key in house.settings.session_key]
    old = Downloads(house.my_data, house.settings.public_url, keys, then)
    with house.unit() as uow:
        path = urlsplit(old.make(uow, CHANNEL, CITIZEN)).path
    status, page = look(client, path)
    assert status == 410
    assert "過期" in page


def test_leaving_ends_links_and_what_redis_remembers(
    client: FlaskClient, house: House, path: str, redis: redis_client.Redis
) -> None:
    DialogStore(redis, house.cipher).save((CHANNEL, CITIZEN), Dialog(version=3, language=Language.ZH))
    assert redis.keys(f"*{CITIZEN}*")
    with house.unit() as uow:
        house.leaving.leave(uow, CHANNEL, CITIZEN)
        (leaving_id,) = house.leaving.due(uow)
    assert house.leaving.erase(house.unit, leaving_id)
    assert look(client, path)[0] == 410
    assert [
        key for key in redis.keys("*") if CITIZEN.encode() in key or CITIZEN.encode() in (redis.get(key) or b"")
    ] == []
    with house.unit() as uow:
        kept = uow.connection.execute(text("SELECT channel, citizen, outcome FROM leaving")).all()
        jobs = uow.connection.execute(text("SELECT args::text FROM procrastinate_jobs")).scalars().all()
    assert [tuple(row) for row in kept] == [(None, None, "erased")]
    assert jobs
    assert not any(CITIZEN in args or NAME in args for args in jobs)


def test_old_rows_are_forgotten(house: House, path: str) -> None:
    with house.unit() as uow:
        assert house.downloads.forget(uow) == 0
        uow.connection.execute(text("UPDATE download SET expires_at = now() - interval '25 hours'"))
        assert house.downloads.forget(uow) == 1
