"""The pay page, the receipt and the records of a pass, in both languages: what it is, until when, what became of it."""

from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from infra.clock import SystemClock
from tests.passes.paying import PayWorld
from tests.passes.world import STAFF, TIMES
from tests.pay.webapp import make_app


@pytest.fixture
def client(payers: PayWorld) -> FlaskClient:
    """The pay pages on this world."""
    page = {"unit": payers.units, "orders": payers.orders, "payments": payers.payments, "links": payers.links}
    return make_app(SimpleNamespace(**page, clock=SystemClock(), bank=payers.bank), csrf_on=False).test_client()  # type: ignore[arg-type]


def shown(client: FlaskClient, url: str, **query: str) -> str:
    answer = client.get(url.removeprefix("http://localhost:8000"), query_string=query)
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-TW", ("月票 1 張", "P0123 地下停車場", "全日月票", "一般月票", "使用期間", "5,760 元")),
        ("en", ("1 monthly pass", "P0123 地下停車場", "All day", "Standard", "Valid", "NT$5,760")),
    ],
)
def test_it_says_what_is_bought_and_until_when(
    payers: PayWorld, client: FlaskClient, language: str, words: tuple[str, ...]
) -> None:
    winner = payers.holder(payers.drawn(2), 1)
    url = payers.link(winner)
    assert url
    page = shown(client, url, lang=language)
    assert [word for word in (*words, payers.number(winner)) if word not in page] == []
    plate = payers.sql("SELECT plate FROM pass_entry WHERE id = :e", e=winner)[0]["plate"]
    assert plate not in page, "a forwarded link shows no whole plate"
    assert "超商" not in page, "a store's money comes too late"


def test_a_place_that_is_lost_is_told_when_it_is_pressed(payers: PayWorld, client: FlaskClient) -> None:
    draw_id = payers.drawn(2)
    winner = payers.holder(draw_id, 1)
    order, url = payers.order(winner), payers.link(winner)
    assert url
    payers.set_clock(draw_id, TIMES.pay_by)
    payers.desk.promote(draw_id, actor=STAFF)
    path = url.removeprefix("http://localhost:8000")
    form = {"bill": str(order.lines[0].key), "edition": order.edition, "provider": payers.bank.key}
    answer = client.post(path, data=form, follow_redirects=True)
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert "月票有變動，尚未扣款" in page
    assert "這個連結的月票已不能在此繳納" in page
    assert "名額已繳過費，或繳費期限已過" in page
    assert payers.bank.starts == []


def test_after_a_counter_sale_the_link_says_so(payers: PayWorld, client: FlaskClient) -> None:
    draw_id = payers.drawn(2)
    winner = payers.holder(draw_id, 1)
    url = payers.link(winner)
    assert url
    payers.sell(draw_id, winner)
    answer = client.get(url.removeprefix("http://localhost:8000"))
    assert answer.status_code == 410
    assert "現場繳費" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("language", "words"), [("zh-TW", ("月票", "申請編號")), ("en", ("Monthly pass", "Application"))]
)
def test_its_receipt_names_lot_entry_and_number(
    payers: PayWorld, client: FlaskClient, language: str, words: tuple[str, ...]
) -> None:
    winner = payers.holder(payers.drawn(2), 1)
    order = payers.paid(winner)
    assert order.attempt is not None
    page = shown(client, payers.links.receipt(order.id), lang=language)
    wanted = (*words, payers.number(winner), "P0123 地下停車場", order.attempt.trade_number)
    assert [word for word in wanted if word not in page] == []
    assert "機關入帳需要作業時間" not in page
    url = payers.links.receipt(order.id).removeprefix("http://localhost:8000")
    assert client.get(f"{url}.pdf").data.startswith(b"%PDF")
