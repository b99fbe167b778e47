"""The pages as a browser without scripts gets them."""

import io
import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from domain.orders import OrderState
from domain.orderview import OrderView
from domain.ports.payments import AttemptOutcome
from tests.pay.webapp import make_app
from tests.pay.world import World, bill, notice, silence


@pytest.fixture
def browser(world: World) -> FlaskClient:
    return make_app(world).test_client()


def address(world: World, order: OrderView) -> str:
    return world.links.pay(order).removeprefix("https://park.example")


def fields(page: TestResponse) -> dict[str, Any]:
    """The hidden fields of the page's form and its ticked bills."""
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page.text)
    ticked = re.findall(r'name="bill" value="([^"]+)" checked', page.text)
    return {**dict(hidden), "bill": ticked}


def press(browser: FlaskClient, path: str, **changes: Any) -> TestResponse:
    """Open the page and press a button of its form."""
    form = fields(browser.get(path)) | changes
    return browser.post(path, data=form)


def test_the_page_shows_bills_total_ways_and_warnings(world: World, browser: FlaskClient) -> None:
    order = world.open(bill("A1", 1140), notice("N1", bill("A2", 240), extra=50))
    page = browser.get(address(world, order))
    assert page.status_code == HTTPStatus.OK
    for said in ("1,430 元", "1,140 元", "290 元", "含工本費", "AJH-**23", "以熊讚銀行繳費", "手續費 0 元", "測試"):
        assert said in page.text
    for said in ("park.example", "請勿重複繳費", "超商繳費約需數日入帳", "12/1（二）24:00 前", "<svg"):
        assert said in page.text
    assert "AJH-6023" not in page.text
    assert 'lang="zh-TW"' in page.text


def test_the_page_speaks_english_when_switched_or_opened_so(world: World, browser: FlaskClient) -> None:
    order = world.open(bill("A1", 80))
    path = address(world, order)
    page = browser.get(path + "?lang=en")
    assert 'lang="en"' in page.text
    assert "Pay with Bravo Bank" in page.text
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    assert not re.search("[\u4e00-\u9fff]", main)
    went = press(browser, path + "?lang=en", provider="demobank")
    assert went.status_code == HTTPStatus.SEE_OTHER
    assert world.read(order).language == "en"


def test_headers_are_strict_and_the_countdown_is_the_only_script(world: World, browser: FlaskClient) -> None:
    page = browser.get(address(world, world.open(bill())))
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://bank.example;" in policy
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "max-age" in page.headers["Strict-Transport-Security"]
    assert re.findall("<script[^>]*>", page.text) == ['<script src="/pay/static/countdown.js" defer>']
    assert "script-src 'self';" in policy
    others = browser.get(address(world, world.open(bill("A2"))) + "/carry", follow_redirects=False)
    assert "script-src" not in others.headers["Content-Security-Policy"]
    assert not re.search(r"\sstyle=|\son\w+=", page.text)


def test_the_whole_way_to_the_receipt(world: World, browser: FlaskClient) -> None:
    order = world.open(bill("A1", 80), bill("A2", 20))
    path = address(world, order)
    went = press(browser, path, provider="demobank")
    assert (went.status_code, went.location) == (303, f"https://bank.example/{world.trade(order)}")
    assert "付款處理中" in browser.get(path).text

    world.bank.pay(world.trade(order), 100)
    back = browser.get(path + "/back")
    assert back.status_code == HTTPStatus.SEE_OTHER
    receipt = browser.get(back.location)
    for said in ("繳費成功", "機關單位", "新北市", "繳費項目", "停車費", "交易編號", world.trade(order), "付款方式"):
        assert said in receipt.text
    for said in ("熊讚銀行", "小計", "手續費", "總金額", "100 元", "帳單明細", "AJH-**23", "繳費時間", "測試"):
        assert said in receipt.text
    assert "AJH-6023" not in receipt.text

    after = browser.get(path)
    assert "已繳清" in after.text
    assert 'name="provider"' not in after.text
    receipt_link = re.search(r'href="(/r/[^"]+)"', after.text)
    assert receipt_link
    assert browser.get(receipt_link[1]).status_code == HTTPStatus.OK


def test_a_get_moves_nothing_however_often_it_is_fetched(world: World, browser: FlaskClient) -> None:
    order = world.open(bill())
    path = address(world, order)
    for query in ("", "?lang=en", "?provider=demobank", "?note=changed", "/back", "/back?provider=demobank"):
        browser.get(path + query)
        browser.head(path + query)
    assert browser.get(path + "/other").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert world.bank.starts == []
    assert world.rows("SELECT count(*) FROM order_move") == [(1,)]
    world.start(order)
    world.bank.report(world.trade(order), AttemptOutcome.APPROVED)
    browser.get(path + "/back")
    assert world.bank.charged == []


def test_a_post_without_its_csrf_token_is_refused(world: World, browser: FlaskClient) -> None:
    order = world.open(bill())
    path = address(world, order)
    form = fields(browser.get(path)) | {"provider": "demobank"}
    for token in ("", "forged", None):
        broken = {key: value for key, value in (form | {"csrf_token": token}).items() if value is not None}
        answer = browser.post(path, data=broken)
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert "沒有扣款" in answer.text
    stranger = make_app(world).test_client()
    assert stranger.post(path, data=form).status_code == HTTPStatus.BAD_REQUEST
    assert world.bank.starts == []


def test_unticked_bills_narrow_the_order(world: World, browser: FlaskClient) -> None:
    order = world.open(bill("A1", 80), bill("A2", 20))
    path = address(world, order)
    counted = press(browser, path, bill=["NWT:bill:A2"])
    assert (counted.status_code, world.read(order).total) == (303, 20)
    assert "20 元" in browser.get(counted.location).text
    went = press(browser, path, bill=["NWT:bill:A1", "NWT:bill:A2"], provider="demobank")
    assert went.status_code == HTTPStatus.SEE_OTHER
    assert world.read(order).total == 100


def test_no_bill_ticked_is_told_kindly(world: World, browser: FlaskClient) -> None:
    answer = press(browser, address(world, world.open(bill())), bill=[], provider="demobank")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "請至少勾選一筆" in answer.text
    assert world.bank.starts == []


def test_made_up_bills_and_providers_are_refused(world: World, browser: FlaskClient) -> None:
    path = address(world, world.open(bill()))
    assert press(browser, path, bill=["NWT:x"], provider="demobank").status_code == HTTPStatus.BAD_REQUEST
    assert press(browser, path, bill=["NWT:bill:Z9"], provider="demobank").status_code == HTTPStatus.CONFLICT
    assert press(browser, path, provider="https://evil.example").status_code == HTTPStatus.CONFLICT
    assert world.bank.starts == []


def test_bills_changed_meanwhile_are_shown(world: World, browser: FlaskClient) -> None:
    order = world.open(bill("A1", 80), bill("A2", 20), age=timedelta(minutes=2))
    path = address(world, order)
    world.sources.now = {bill("A1").key: None}
    went = press(browser, path, provider="demobank")
    shown = browser.get(went.location).text
    assert "帳單有變動，尚未扣款" in shown
    assert "機關已無此筆待繳資料" in shown
    assert world.bank.starts == []


def test_a_silent_provider_leads_to_a_page_that_waits(world: World, browser: FlaskClient) -> None:
    order = world.open(bill())
    path = address(world, order)
    world.bank.on_start = silence
    went = press(browser, path, provider="demobank")
    assert "請勿重複繳費" in browser.get(went.location).text
    assert world.read(order).state is OrderState.PAYING


def test_another_way_is_a_post_of_its_own(world: World, browser: FlaskClient) -> None:
    order = world.open(bill())
    path = address(world, order)
    press(browser, path, provider="demobank")
    left = browser.post(path + "/other", data=fields(browser.get(path)))
    assert "前一筆交易已取消" in browser.get(left.location).text
    assert world.read(order).state is OrderState.OPEN


@pytest.mark.parametrize(
    ("token", "status", "said"),
    [("nothing", 404, "找不到這個連結"), ("A" * 48, 404, "找不到這個連結"), ("%2e%2e", 404, "")],
)
def test_unknown_links_are_kind(browser: FlaskClient, token: str, status: int, said: str) -> None:
    for path in (f"/p/{token}", f"/r/{token}", f"/p/{token}/back"):
        answer = browser.get(path)
        assert answer.status_code == status
        assert said in answer.text


def test_expired_links_are_kind(world: World, browser: FlaskClient) -> None:
    order = world.open(bill())
    path = address(world, order)
    world.clock.move(hours=25)
    answer = browser.get(path)
    assert (answer.status_code, "連結已過期" in answer.text) == (410, True)


def test_a_receipt_is_only_for_what_was_paid(world: World, browser: FlaskClient) -> None:
    order = world.open(bill())
    assert browser.get("/r/" + world.links.receipt_token(order.id)).status_code == HTTPStatus.NOT_FOUND
    pay_token = address(world, order).removeprefix("/p/")
    assert browser.get("/r/" + pay_token).status_code == HTTPStatus.NOT_FOUND


def test_notifications_need_no_csrf_token_but_a_signature(world: World, browser: FlaskClient) -> None:
    order = world.open(bill())
    world.start(order)
    trade = world.trade(order)
    world.bank.pay(trade, order.total)
    forged = browser.post("/pay/notify/demobank", data=trade.encode(), headers={"X-Signature": "bad"})
    assert forged.status_code == HTTPStatus.BAD_REQUEST
    assert world.read(order).state is OrderState.PAYING
    huge = browser.post("/pay/notify/demobank", data=b"x" * 20_000, headers={"X-Signature": "good"})
    assert huge.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    endless = browser.post(
        "/pay/notify/demobank",
        input_stream=io.BytesIO(b"x" * 20_000),
        headers={"X-Signature": "good", "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},  # as gunicorn hands over a body without a length
    )
    assert endless.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    heard = browser.post("/pay/notify/demobank", data=trade.encode(), headers={"X-Signature": "good"})
    assert (heard.status_code, heard.text) == (200, "1|OK")
    assert world.read(order).state is OrderState.PAID


def test_presses_are_limited_per_sender(world: World) -> None:
    browser = make_app(world, csrf_on=False, limits_on=True).test_client()
    path = address(world, world.open(bill()))
    answers = [browser.post(path, data={"bill": ["NWT:bill:VNB4810M8746"]}).status_code for _ in range(21)]
    assert answers == [303] * 20 + [429]


def test_markup_in_data_stays_text(world: World, browser: FlaskClient) -> None:
    order = world.open(bill("<script>1</script>", agency="<b>"))
    assert "<script>" not in browser.get(address(world, order)).text
