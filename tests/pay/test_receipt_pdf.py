"""繳費證明 as a PDF: every field of the page, the font in it, a company number where one is needed."""

import io
import re

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from domain.orders import AttemptState
from tests.pay.webapp import make_app
from tests.pay.world import World, bill, notice


@pytest.fixture
def browser(world: World) -> FlaskClient:
    return make_app(world).test_client()


@pytest.fixture
def path(world: World) -> str:
    """The receipt of a bill and a notice of two bills, paid."""
    order = world.open(bill("A1", 1140), notice("N1", bill("A2", 240), bill("A3", 100), extra=50))
    world.start(order)
    world.bank.pay(world.trade(order), order.total)
    assert world.settle(order) is AttemptState.PAID
    return "/r/" + world.links.receipt_token(order.id)


def said(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_pdf_says_what_the_page_says(browser: FlaskClient, path: str) -> None:
    page, pdf = browser.get(path), browser.get(path + ".pdf")
    assert pdf.mimetype == "application/pdf"
    assert re.fullmatch(r'attachment; filename="receipt-\d{8}[A-Z2-9]{12}\.pdf"', pdf.headers["Content-Disposition"])
    assert pdf.headers["Cache-Control"] == "no-store"
    text = said(pdf.data)
    fields = re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page.text)
    assert [label for label, _ in fields] == [
        "機關單位", "繳費項目", "交易編號", "付款方式", "機關銷帳", "小計", "手續費", "總金額",
    ]  # fmt: skip
    for label, value in fields:
        assert label in text
        assert value in text
    for words in (
        "繳費證明",
        "繳費時間",
        "帳單明細",
        "A1",
        "N1",
        "A2、A3",
        "1,140 元",
        "390 元",
        "AJH-**23",
        "測試交易",
    ):
        assert words in text
    assert "AJH-6023" not in text


def test_a_company_number_is_printed(browser: FlaskClient, path: str) -> None:
    assert "統一編號" not in said(browser.get(path + ".pdf").data)
    text = said(browser.get(path + ".pdf?company=１２３４５６７５").data)
    assert "統一編號" in text
    assert "12345675" in text


def test_a_wrong_company_number_is_told_on_the_page(browser: FlaskClient, path: str) -> None:
    for typed in ("12345677", "%3Cscript%3E"):
        answer = browser.get(f"{path}.pdf?company={typed}")
        assert answer.location == f"{path}?company=wrong"
        assert "統一編號應為 8 碼" in browser.get(answer.location).text
    assert "統一編號應為 8 碼" not in browser.get(path).text


def test_in_english_there_is_no_chinese_but_names(browser: FlaskClient, path: str) -> None:
    text = said(browser.get(path + ".pdf?lang=en").data)
    for words in ("Receipt", "Transaction", "New Taipei City", "NT$1,530"):
        assert words in text
    assert not re.search("[\u4e00-\u9fff]", text)


def test_a_forged_or_ended_link_has_no_pdf(world: World, browser: FlaskClient, path: str) -> None:
    assert browser.get("/r/" + "A" * 48 + ".pdf").status_code == 404
    world.clock.move(days=181)
    assert browser.get(path + ".pdf").status_code == 410
