"""繳費紀錄: what was paid here, chosen by taps, each with its receipt; files of the chosen; a vehicle's year."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from infra.database import UnitOfWorkFactory
from tests.flow import Flow
from tests.handlers.payers import NOON, line, pay
from tests.handlers.test_refunds import REFUND

RECEIPT = re.compile(r"http://localhost:8000/r/[\w-]{48}={0,2}")
FILES = re.compile(r"http://localhost:8000/records/[\w-]{48}={0,2}\?openExternalBrowser=1")
OCTOBER = datetime(2026, 9, 30, 17, 0, tzinfo=UTC)  # 1 October, one o'clock in Taiwan


def who(flow: Flow) -> tuple[str, str]:
    return flow.channel, flow.citizen


def receipts(flow: Flow) -> list[str]:
    return [str(action["uri"]) for action in flow.answer.every if RECEIPT.fullmatch(str(action.get("uri", "")))]


@pytest.fixture
def payer(flow: Flow, chat_units: UnitOfWorkFactory) -> Flow:
    """Three payments: two in November, one an hour into October; two plates, two fee items, one of a notice."""
    pay(chat_units, who(flow), line("Q10000000001", 40))
    scooter, water = line("Q10000000002", 20, "MXA-1001", discount=10), line("9112430446", 300, "", fee_item="water")
    pay(chat_units, who(flow), scooter, water, at=NOON + timedelta(minutes=3))
    pay(chat_units, who(flow), line("N10000001", 640, type="notice", covers=["Q10000000009"]), at=OCTOBER)
    return flow


def test_nothing_was_paid(flow: Flow, payer: Flow, make_flow: Callable[..., Flow]) -> None:
    stranger = make_flow()
    answer = stranger.say("繳費紀錄")
    assert "目前沒有繳費紀錄" in answer
    assert answer.link("撥打 1999")
    assert "Q10000000001" not in answer


def test_one_tap_shows_all_the_newest_first_each_with_its_receipt(payer: Flow) -> None:
    answer = payer.say("繳費紀錄")
    assert [answer.shown.index(words) for words in ("Q10000000002", "Q10000000001", "N10000001")] == sorted(
        answer.shown.index(words) for words in ("Q10000000002", "Q10000000001", "N10000001")
    )
    assert "990 元" in answer
    assert "這一頁 3 次繳費" in answer
    assert "臺北 水費" in answer
    assert len(set(receipts(payer))) == 3


def test_a_month_is_the_citys_month(payer: Flow) -> None:
    payer.say("繳費紀錄")
    payer.press("選擇月份")
    assert [action["label"] for action in payer.answer.every] == ["2026/11", "2026/10"]
    answer = payer.press("2026/10")
    assert "640 元" in answer
    assert "Q10000000001" not in answer
    assert len(receipts(payer)) == 1


def test_a_fee_item_shows_its_own_bills_of_a_payment_only(payer: Flow) -> None:
    payer.say("繳費紀錄")
    payer.press("選擇繳費項目")
    answer = payer.press("水費")
    assert "300 元" in answer
    assert "Q10000000002" not in answer
    assert "繳費項目\n水費" in answer


def test_a_plate_then_a_month_are_asked_together(payer: Flow) -> None:
    payer.say("繳費紀錄")
    payer.press("選擇車牌")
    payer.press("ABC-1234")
    assert "Q10000000001" in payer.answer
    assert "MXA-1001" not in payer.answer
    payer.press("選擇月份")
    answer = payer.press("2026/10")
    assert "N10000001" in answer
    assert "Q10000000001" not in answer
    assert "沒有符合的繳費紀錄" in payer.send_data("records.show?plate=MXA-1001&month=2026-10")


@pytest.mark.parametrize("typed", ["Q10000000009", "q1000-0000-009", "N10000001"])
def test_a_bill_number_also_of_a_bill_inside_a_notice(payer: Flow, typed: str) -> None:
    payer.say("繳費紀錄")
    payer.press("以單號查詢")
    assert "不像帳單號碼" in payer.say("hello")
    answer = payer.say(typed)
    assert "640 元" in answer
    assert len(receipts(payer)) == 1
    assert payer.waiting is None


def test_pages_follow_each_other(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    for nth in range(8):
        pay(chat_units, who(flow), line(f"Q2000000000{nth}"), at=NOON + timedelta(hours=nth))
    first = flow.say("繳費紀錄")
    assert "Q20000000007" in first
    assert "Q20000000001" not in first
    second = flow.press("看更早的繳費")
    assert "Q20000000001" in second
    assert "Q20000000007" not in second
    assert "看更早的繳費" not in second.buttons


def test_a_refund_and_a_trial_are_told(flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine) -> None:
    ids = pay(chat_units, who(flow), line("Q30000000001", 80), provider="demobank")
    values = {"request": ids["attempt"], "amount": 30, "state": "done", "reference": "R7", "number": ids["trade"]}
    with chat_engine.begin() as connection:
        connection.execute(text(REFUND), ids | values)
    answer = flow.say("繳費紀錄")
    assert "已退款\n30 元" in answer
    assert "測試：" in answer


def test_files_of_what_is_seen(payer: Flow, chat_engine: Engine) -> None:
    payer.say("繳費紀錄")
    payer.press("選擇車牌")
    payer.press("MXA-1001")
    answer = payer.press("下載 PDF 或 CSV")
    assert FILES.fullmatch(answer.link("開啟下載頁"))
    with chat_engine.connect() as connection:
        rows = connection.execute(text("SELECT plate, month FROM record_link WHERE citizen = :c"), {"c": payer.citizen})
        assert rows.all() == [("MXA-1001", None)]


def test_a_vehicles_year_two_taps(payer: Flow, chat_engine: Engine) -> None:
    payer.say("繳費紀錄")
    payer.press("年度停車費明細")
    payer.press("ABC-1234")
    answer = payer.press("2026")
    assert "2026 年度停車費明細" in answer
    assert FILES.fullmatch(answer.link("開啟下載頁"))
    with chat_engine.connect() as connection:
        query = text("SELECT plate, year, fee_item FROM record_link WHERE citizen = :c")
        assert connection.execute(query, {"c": payer.citizen}).all() == [("ABC-1234", 2026, "parking")]


def test_nobody_sees_anothers_payments_by_made_up_buttons(payer: Flow, make_flow: Callable[..., Flow]) -> None:
    stranger = make_flow()
    assert "沒有符合的繳費紀錄" in stranger.send_data("records.show?plate=ABC-1234")
    assert "沒有停車費的繳費紀錄" in stranger.send_data("records.year?plate=ABC-1234&year=2026")
    assert receipts(stranger) == []


@pytest.mark.parametrize(
    "data", ["month=2026-13", "month=x", "item=A%20B", "plate=ABCDEFGHIJKLM", "number=%27OR%201", "number=１"]
)
def test_made_up_values_are_answered_kindly(payer: Flow, data: str) -> None:
    assert "這個按鈕不能使用" in payer.send_data(f"records.show?{data}")


def test_it_speaks_english(make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory) -> None:
    flow = make_flow(line_language="en")
    pay(chat_units, who(flow), line("Q40000000001", 20, discount=10))
    pay(chat_units, who(flow), line("Q40000000002", plate="XYZ-7777"), at=OCTOBER)
    answer = flow.say("records")
    assert "NT$50" in answer
    assert "Taipei Parking fee" in answer
    assert not re.search("[\u4e00-\u9fff]", answer.shown)
    assert "By month" in answer.buttons
    flow.press("Parking by year")
    flow.press("XYZ-7777")
    assert "Parking fees of 2026" in flow.press("2026")


def test_plain_text_says_the_same(payer: Flow) -> None:
    payer.say("顯示")
    payer.press("純文字")
    answer = payer.say("繳費紀錄")
    assert len(answer.messages) == 1
    assert answer.messages[0]["type"] == "text"
    assert "看收據：http" in answer
    assert "選擇月份" in answer.buttons
