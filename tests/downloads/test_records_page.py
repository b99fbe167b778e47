"""The page behind a link to files of payments, on the whole house: what it shows and gives, once, to nobody else."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import text

from domain.csvcells import BOM
from domain.paidrecords import Chosen
from domain.reader import Language
from tests.handlers.payers import NOON, line, pay
from wiring import House

CHANNEL, CITIZEN = "U" + "0" * 32, "U" + "7" * 32
WHO = (CHANNEL, CITIZEN)
YEAR = Chosen(year=2026, plate="ABC-1234", fee_item="parking")


@pytest.fixture(autouse=True)
def payments(house: House) -> None:
    """A payment each in January (at half past midnight of the 1st), November and the year before; another's too."""
    with house.unit() as uow:
        house.citizens.meet(uow, CHANNEL, CITIZEN, "zh-Hant")
    pay(house.unit, WHO, line("Q10000000001", 40), line("Q10000000002", 20, discount=10))
    pay(house.unit, WHO, line("Q10000000003", 60), at=datetime(2025, 12, 31, 16, 30, tzinfo=UTC))
    pay(house.unit, WHO, line("Q10000000004", 80), at=datetime(2025, 12, 31, 15, 30, tzinfo=UTC))
    pay(house.unit, (CHANNEL, "U" + "8" * 32), line("Q10000000005", 999))


def link(house: House, chosen: Chosen = YEAR) -> str:
    with house.unit() as uow:
        return urlsplit(house.record_files.make(uow, CHANNEL, CITIZEN, chosen)).path


def take(client: FlaskClient, path: str, form: str) -> tuple[int, bytes]:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert token, "a page without a form"
    answer = client.post(path, data={"csrf_token": token[1], "form": form})
    return answer.status_code, answer.data


def words(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_page_shows_two_files_and_nothing_personal(client: FlaskClient, house: House) -> None:
    path = link(house)
    for _ in range(3):  # looking, as a preview does, takes nothing
        answer = client.get(path)
        assert answer.status_code == 200
        assert "下載 PDF" in answer.text
        assert "下載 CSV" in answer.text
        assert "本站官方網址" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    for personal in ("ABC-1234", "Q10000000001", CITIZEN, "2026"):
        assert personal not in answer.text


def test_a_year_has_the_sum_of_each_month_by_the_citys_calendar(client: FlaskClient, house: House) -> None:
    status, body = take(client, link(house), "pdf")
    assert status == 200
    shown = words(body)
    for said in ("2026年度停車費明細", "1月60元", "2月0元", "11月50元", "全年合計110元", "ABC-1234", "臺北市停車費"):
        assert said in shown
    assert "帳單20元，優惠後10元" in shown
    for other in ("Q10000000004", "Q10000000005"):
        assert other not in shown


def test_the_csv_has_a_row_for_each_bill_and_adds_up(client: FlaskClient, house: House) -> None:
    status, body = take(client, link(house, Chosen(month=date(2026, 11, 1))), "csv")
    assert status == 200
    assert body.decode().startswith(BOM)
    rows = list(csv.DictReader(io.StringIO(body.decode().removeprefix(BOM), newline="")))
    assert [row["單號"] for row in rows] == ["Q10000000001", "Q10000000002"]
    assert [(int(row["帳單金額"]), int(row["優惠"]), int(row["實付金額"])) for row in rows] == [
        (40, 0, 40),
        (20, 10, 10),
    ]
    assert {row["繳費時間"] for row in rows} == {"2026/11/20 12:00"}
    assert {row["付款方式"] for row in rows} == {"linepay"}


def test_a_cell_that_is_a_formula_is_not_run(client: FlaskClient, house: House) -> None:
    pay(house.unit, WHO, line('=HYPERLINK("x")', plate="-1"), at=NOON + timedelta(hours=1))
    body = take(client, link(house, Chosen()), "csv")[1].decode().removeprefix(BOM)
    row = next(csv.DictReader(io.StringIO(body, newline="")))
    assert (row["單號"], row["車牌"]) == ('\'=HYPERLINK("x")', "'-1")


def test_each_file_is_given_once(client: FlaskClient, house: House) -> None:
    path = link(house)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert token
    form = {"csrf_token": token[1], "form": "pdf"}
    first, second = client.post(path, data=form), client.post(path, data=form)
    assert (first.status_code, second.status_code) == (200, 410)
    assert first.headers["Content-Disposition"] == 'attachment; filename="payments.pdf"'
    assert first.headers["Cache-Control"] == "no-store"
    assert "已經下載過" in second.text
    assert take(client, path, "csv")[0] == 200
    assert "都已下載" in client.get(path).text


def test_a_file_that_fails_has_not_been_taken(
    client: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = link(house)
    with monkeypatch.context() as broken:
        broken.setattr("services.recordpapers.document", lambda *_args, **_named: 1 / 0)
        assert take(client, path, "pdf")[0] == 500
    assert take(client, path, "pdf")[0] == 200


def test_page_and_files_speak_the_citizens_language(client: FlaskClient, house: House) -> None:
    with house.unit() as uow:
        house.citizens.choose_language(uow, CHANNEL, CITIZEN, Language.EN)
    path = link(house)
    main = client.get(path).text
    main = main[main.index("<main") : main.index("</main>")]
    assert "Download payments" in main
    assert not re.search("[\u4e00-\u9fff]", main)
    shown = words(take(client, path, "pdf")[1])
    assert "Parkingfeesof2026" in shown
    assert "WholeyearNT$110" in shown
    assert "下載繳費紀錄" in client.get(path + "?lang=zh-TW").text


def test_without_the_pages_own_form_nothing_is_given(client: FlaskClient, house: House) -> None:
    path = link(house)
    assert client.post(path, data={"form": "csv"}).status_code == 400
    assert take(client, path, "exe")[0] == 400
    assert take(client, path, "csv")[0] == 200


def test_changed_ended_and_strange_links_give_nothing(client: FlaskClient, house: House) -> None:
    path = link(house)
    turned = path[:-1] + ("A" if path[-1] != "A" else "B")
    assert client.get(turned).status_code == 404
    pay_link = house.links.pay_token(uuid4(), house.clock.now() + timedelta(minutes=5))
    assert client.get(f"/records/{pay_link}").status_code == 404
    with house.unit() as uow:
        uow.connection.execute(text("DELETE FROM record_link"))
    assert client.get(path).status_code == 410


def test_old_rows_are_forgotten(house: House) -> None:
    link(house)
    with house.unit() as uow:
        assert house.record_files.forget(uow) == 0
        uow.connection.execute(text("UPDATE record_link SET expires_at = now() - interval '25 hours'"))
        assert house.record_files.forget(uow) == 1


def test_leaving_erases_the_links(house: House) -> None:
    link(house)
    with house.unit() as uow:
        house.leaving.leave(uow, CHANNEL, CITIZEN)
        (leaving_id,) = house.leaving.due(uow)
    assert house.leaving.erase(house.unit, leaving_id)
    with house.unit() as uow:
        assert uow.connection.execute(text("SELECT count(*) FROM record_link")).scalar() == 0
