"""What the system says first, as handlers/notices renders it and the outbox takes it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.message import fit, spoken
from bot.notices import discover_notices
from domain.autopay import HolderReport
from domain.billrules import build_view
from domain.bills import CouldNotAsk, Found, PayableKey, PayableType, SourceAnswer, Why
from domain.billsview import BillsView
from domain.bindings import Paperless, Vehicle
from domain.notices import Topic
from domain.plates import Plate
from domain.reader import Display, Language
from domain.reminders import Fact
from domain.vehicles import VehicleKind
from infra.locales import reader
from samples import campaigns, passes
from samples.pass_money import AT_THE_LOT, BOUGHT, ISSUED
from services.autopay_rules import load_autopay_rules
from services.links import Links
from tests.clock import MovableClock
from tests.flow import Answer
from tests.handlers.cities import bill
from tests.handlers.conftest import NOW
from web.console.lineapi.check import check_body

NOTICES = {notice.key: notice for notice in discover_notices("handlers.notices")}
PAID = {
    "order_id": "x",
    "amount": 1140,
    "count": 2,
    "receipt_url": "https://pay.example.gov.tw/r/" + "a" * 48,
    "trial": False,
}
TRIAL = PAID | {"trial": True}


def view(*answers: SourceAnswer) -> BillsView:
    from adapters.bills.cities import load_cities

    return build_view(Plate("ABC-1234"), VehicleKind.CAR, answers, paid={}, cities=load_cities(), now=NOW)


VEHICLE = Vehicle(Plate("ABC-1234"), VehicleKind.CAR)
HELD = (load_autopay_rules().firm("carmochi"), HolderReport("臺北市停車管理工程處", "carmochi", NOW, NOW))
FOUND = Found("TNN", NOW, bills=(bill(agency="TNN"), bill("B2", "TNN")))
NOTHING = Found("KHH", NOW)
SILENT = CouldNotAsk("TPE", NOW, Why.DOWN)
LINKS = Links("https://pay.example.gov.tw", ("k" * 40,), MovableClock(NOW))
PAY = "https://pay.example.gov.tw/p/" + "a" * 48
FACTS = [
    Fact(topic, PayableKey("TPE", PayableType.BILL, f"B{days}"), NOW.date() + timedelta(days=days), 20 + days)
    for topic, days in ((Topic.OVERDUE, -1), (Topic.DUE_TOMORROW, 1), (Topic.DUE_SOON, 2), (Topic.DUE_SOON, 3))
] + [Fact(Topic.NEW_BILL, PayableKey("TPE", PayableType.BILL, "B9"), None, 1000)]
DATA: dict[str, list[dict[str, Any]]] = {
    "payment_done": [PAID, {**PAID, "count": 1}, TRIAL],
    "payment_to_refund": [{**told, "passes": bought} for told in (PAID, TRIAL) for bought in ([], [BOUGHT])],
    "write_off_done": [PAID, {**PAID, "count": 1}, TRIAL],
    "refund_progress": [
        {"amount": 80, "state": state, "trial": trial}
        for state in ("asked", "done", "refused")
        for trial in (False, True)
    ],
    "one_more_binder": [{"vehicle": VEHICLE}],
    "autopay_again": [{"vehicle": VEHICLE, "held": held, "now": NOW} for held in ([], [HELD])],
    "paperless_changed": [
        {"vehicle": VEHICLE, "state": state, "today": NOW.date()}
        for state in (Paperless(NOW.date()), Paperless(NOW.date(), NOW.date()))
    ],
    "number_claimed": [{"takeover_id": "7" * 32, "days": 7}],
    "number_granted": [{}],
    "number_kept": [{}],
    "number_lost": [{}],
    "member_moved": [{}],
    "bills_due": [
        {"facts": facts, "today": NOW.date(), "pay_url": url, "links": LINKS}
        for facts in (FACTS, FACTS[:1])
        for url in (PAY, "")
    ],
    "still_yours": [{"vehicle": VEHICLE}],
    "unbound_for_you": [{"vehicle": VEHICLE}],
    "thread_answer": [{"number": "C000123", "words": words} for words in ("您好，已為您處理。", "請" * 1000)],
    "thread_closed": [{"thread": "0" * 32, "number": "C000123"}],
    "thread_reopened": [{"thread": "0" * 32, "number": "C000123"}],
    "thread_photo_lost": [{"number": "C000123"}],
    "flood": [{"flood": flood, "areas": campaigns.AREAS, "today": NOW.date()} for flood in campaigns.FLOODS],
    "announcement": [{"announcement": campaigns.NEWS, "today": NOW.date()}],
    "pass_announced": [
        {
            "standing": passes.STANDING,
            "announce_sha256": "9f" * 32,
            "draws_url": "https://pay.example.gov.tw/draws/",
            "today": NOW.date(),
        }
    ],
    "pass_result": [
        {"standing": one, "pay_url": url, "today": NOW.date()} for one in passes.RESULTS for url in (PAY, None)
    ],
    "pass_issued": [{**told, "passes": [BOUGHT]} for told in (ISSUED, AT_THE_LOT)],
    "pass_pay_soon": [{"standing": passes.WON, "pay_url": url, "today": NOW.date()} for url in (PAY, None)],
    "pass_round_opened": [{"round": passes.ROUND, "today": NOW.date()}],
    "pass_changed": [
        {
            "standing": passes.STANDING,
            "receipt": "PLD1-RECEIPT\n",
            "page_url": passes.RECEIPT,
            "code_url": f"{passes.RECEIPT}/qr.png",
            "today": NOW.date(),
        }
    ],
    "pass_applied": [
        {
            "standing": passes.STANDING,
            "receipt": "PLD1-RECEIPT\n",
            "page_url": passes.RECEIPT,
            "code_url": f"{passes.RECEIPT}/qr.png",
            "today": NOW.date(),
        }
    ],
    "pass_qualified": [
        {"standing": passes.TO_SHOW, "state": state, "reason": reason, "today": NOW.date()}
        for state, reason in passes.SAID
    ],
    "pass_plate_changed": [{"standing": passes.WON, "today": NOW.date()}],
    "pass_taken_off": [{"standing": passes.STANDING, "today": NOW.date()}],
    "pass_ends": [{"standing": passes.WON, "today": NOW.date()}],
    "promised_bills": [
        {"view": view(*answers)} for answers in ([FOUND], [NOTHING], [SILENT], [FOUND, NOTHING, SILENT])
    ],
}


def rendered(key: str, data: dict[str, Any], language: Language = Language.ZH) -> Answer:
    return Answer(NOTICES[key].render(reader(language, Display.NORMAL), data))


def test_every_notice_is_known_here() -> None:
    assert set(NOTICES) == set(DATA)


@pytest.mark.parametrize("key", DATA)
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("display", list(Display))
def test_line_takes_every_notice(key: str, language: Language, display: Display) -> None:
    for data in DATA[key]:
        messages = NOTICES[key].render(reader(language, display), data)
        for call in fit(messages):
            assert check_body("PushMessageRequest", {"to": "U" + "0" * 32, "messages": call}) == []
        assert "ABC" not in messages[0].get("altText", "")


def test_paid_leads_to_the_receipt() -> None:
    answer = rendered("payment_done", PAID)
    assert "繳費成功\n1,140 元\n2 筆帳單" in answer
    assert answer.link("看收據") == PAID["receipt_url"]
    assert "1 bill\n" in rendered("payment_done", {**PAID, "count": 1}, Language.EN)


def test_money_to_refund_promises_no_date_and_names_a_person() -> None:
    answer = rendered("payment_to_refund", {**PAID, "passes": []})
    assert "已列入退款" in answer
    assert answer.link("撥打") == "tel:1999"


@pytest.mark.parametrize("display", list(Display))
@pytest.mark.parametrize("key", ["payment_done", "payment_to_refund"])
def test_what_a_trial_bank_took_is_marked_so(key: str, display: Display) -> None:
    zh, en = (
        NOTICES[key].render(reader(language, display), {**TRIAL, "passes": []})
        for language in (Language.ZH, Language.EN)
    )
    assert Answer(zh).shown.startswith("測試：")
    assert Answer(en).shown.startswith("Trial: ")
    assert "這是測試交易，沒有真的扣款" in Answer(zh)
    assert "No real money was taken" in Answer(en)
    assert spoken(zh[0]).startswith("測試：")  # also on a lock screen
    assert "測試" not in Answer(NOTICES[key].render(reader(Language.ZH, display), {**PAID, "passes": []}))


def test_a_promise_is_kept_city_by_city() -> None:
    answer = rendered("promised_bills", {"view": view(FOUND, NOTHING, SILENT)})
    assert "80 元" in answer
    assert "臺南：共 2 筆待繳" in answer
    assert "目前查無待繳停車單：高雄（14:02 查詢）。" in answer
    assert "臺北暫時查不到，不代表沒有欠費" in answer
    assert answer.link("撥打") == "tel:0227269600"
    assert answer.buttons["看帳單"]["data"] == "tickets.again?plate=ABC-1234&kind=car"


def test_a_promise_that_failed_is_never_nothing_due() -> None:
    answer = rendered("promised_bills", {"view": view(SILENT)})
    assert "查無" not in answer
    assert "結果" not in answer


def test_a_reminder_tells_each_state_with_its_nearest_deadline_and_leads_to_the_pay_page() -> None:
    facts = {"facts": FACTS, "today": NOW.date(), "pay_url": PAY, "links": LINKS}
    answer = rendered("bills_due", facts)
    assert "1,085 元\n5 筆停車費待繳" in answer
    for line in (
        "逾期與催繳\n1 筆，19 元\n11/20（五）24:00 前",
        "三天內到期\n2 筆，45 元\n11/23（一）24:00 前",
        "新帳單\n1 筆，1,000 元",
    ):
        assert line in answer
    assert answer.link("繳費 1,085 元") == PAY
    assert spoken(answer.messages[0]) == "您有 5 筆停車費待繳，共 1,085 元"
    elsewhere = rendered("bills_due", {**facts, "pay_url": ""})
    assert "繳費 1,085 元" not in elsewhere.buttons, "nothing of it is paid here"
    assert elsewhere.buttons["看帳單"]["text"] == "待繳"
