"""待繳, in the citizen's words."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from domain.bills import Why
from domain.vehicles import VehicleKind
from infra.database import UnitOfWorkFactory
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand, bill, notice, pay_here
from tests.handlers.conftest import DAILY_LIMIT


def test_a_plate_and_its_kind_are_enough_two_taps(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill()]
    assert "請選擇車種" in flow.say("abc-1234")
    answer = flow.press("汽車")
    assert cities_in_hand.questions == [("ABC-1234", VehicleKind.CAR)]
    assert "40 元" in answer
    assert "11/24（二）24:00 前，還有 3 天" in answer
    assert "Q7078443D090047" in answer
    assert "目前查無待繳停車單：新北（14:02 查詢）。" in answer
    assert answer.messages[0]["altText"] == "您有 1 筆停車費待繳，共 40 元"
    assert flow.waiting is None


@pytest.mark.parametrize(
    "spelling", ["ABC-1234", "abc1234", "ＡＢＣ－１２３４", " abc 1234 ", "ABC—1234", "車牌：ABC-1234"]
)
def test_a_plate_alone_is_taken_in_any_spelling(flow: Flow, cities_in_hand: CitiesInHand, spelling: str) -> None:
    flow.say(spelling)
    flow.press("機車")
    assert cities_in_hand.questions == [("ABC-1234", VehicleKind.MOTORCYCLE)]


def test_the_kind_is_not_asked_when_the_plate_tells_it(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    assert "目前查無待繳停車單" in flow.say("AB-1234")
    assert cities_in_hand.questions == [("AB-1234", VehicleKind.CAR)]


def test_a_missing_dash_is_asked_for_when_it_matters(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    answer = flow.say("AB1234")
    assert list(answer.buttons)[-1:] == ["AB-1234"] or "AB-1234" in answer.buttons
    flow.press("AB-1234")
    assert cities_in_hand.questions == [("AB-1234", VehicleKind.CAR)]
    flow.say("AB1234")
    assert flow.waiting == "dash"
    flow.say("AB-1234")
    assert cities_in_hand.questions == [("AB-1234", VehicleKind.CAR)] * 2


@pytest.mark.parametrize("word", ["待繳", "停車單查詢", "停車費", "待缴", "bills", "Bills!", "繳費", "pay"])
def test_the_words_ask_for_the_plate(flow: Flow, cities_in_hand: CitiesInHand, word: str) -> None:
    assert "請輸入車牌" in flow.say(word)
    assert "請選擇車種" in flow.say("abc1234")
    assert "目前查無待繳停車單" in flow.press("機車")
    assert cities_in_hand.questions == [("ABC-1234", VehicleKind.MOTORCYCLE)]


def test_what_is_no_plate_is_answered_kindly_and_asked_again(flow: Flow) -> None:
    flow.say("待繳")
    answer = flow.say("我的車")
    assert "車牌只有英文字母與數字" in answer
    assert "請輸入車牌" in answer
    assert flow.waiting == "plate"


def test_the_kind_may_be_typed_and_nonsense_is_asked_again(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    flow.say("ABC-1234")
    assert "請選擇車種：汽車、機車" in flow.say("藍色")
    assert flow.waiting == "kind"
    flow.say("摩托車")
    assert cities_in_hand.questions == [("ABC-1234", VehicleKind.MOTORCYCLE)]


def test_a_citizen_may_change_their_mind_at_each_step(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    flow.say("待繳")
    assert "已取消" in flow.say("取消")
    flow.say("待繳")
    flow.say("ABC-1234")
    assert "XYZ-5678" in flow.say("xyz-5678")  # another plate instead of a kind
    assert flow.waiting == "kind"
    assert "請輸入車牌" in flow.say("上一步")
    flow.say("ABC-1234")
    assert "使用說明" in flow.say("說明")
    assert flow.waiting is None
    assert cities_in_hand.questions == []


def test_an_old_button_changes_nothing(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    first = flow.say("ABC-1234")
    flow.say("XYZ-5678")
    assert "較早的步驟" in flow.press("汽車", first)
    assert cities_in_hand.questions == []
    assert flow.waiting == "kind"


@pytest.mark.parametrize("wrong", ["send_sticker", "send_location"])
def test_wrong_kinds_of_input_show_the_question_again(flow: Flow, wrong: str) -> None:
    flow.say("ABC-1234")
    answer = getattr(flow, wrong)()
    assert "別種回覆" in answer
    assert "請選擇車種" in answer
    assert flow.waiting == "kind"


def test_a_city_that_failed_is_never_nothing_due(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.failing["NWT"] = Why.DOWN
    flow.say("ABC-1234")
    answer = flow.press("汽車")
    assert "尚未查完" in answer
    assert "新北暫時查不到，不代表沒有欠費，請 10 分鐘後再查。" in answer
    assert answer.link("撥打") == "tel:1999"
    cities_in_hand.failing.clear()
    again = flow.press("再查一次")
    assert "目前查無待繳停車單：臺北、新北" in again


def test_all_failed_says_so_and_nothing_of_nothing_due(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.failing["TPE"] = Why.DOWN
    cities_in_hand.failing["NWT"] = Why.DOWN
    flow.say("ABC-1234")
    answer = flow.press("汽車")
    assert "查無" not in answer
    assert answer.link("撥打") == "tel:0227269600"


def test_what_takes_longer_is_promised(flow: Flow, cities_in_hand: CitiesInHand, chat_engine: Engine) -> None:
    cities_in_hand.bills = [bill()]
    cities_in_hand.failing["NWT"] = Why.TIMEOUT
    flow.say("ABC-1234")
    assert "新北還在查，查到後會傳訊息給您。" in flow.press("汽車")
    with chat_engine.connect() as connection:
        promised = connection.execute(
            text("SELECT plate, cities FROM lookup_promise WHERE citizen = :c"), {"c": flow.citizen}
        ).all()
        jobs = connection.execute(text("SELECT task_name FROM procrastinate_jobs")).scalars().all()
    assert [tuple(row) for row in promised] == [("ABC-1234", ["NWT"])]
    assert "lookups.keep_promise" in jobs


def test_several_bills_come_with_their_classes_and_one_button_for_all(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill(), bill("Q70885062951261")]
    cities_in_hand.notices = [notice()]
    flow.say("ABC-1234")
    answer = flow.press("汽車")
    assert "720 元" in answer
    assert "一般繳費\n2 筆，80 元" in answer
    assert "催繳\n1 筆，640 元" in answer
    assert answer.link("繳費 720 元").startswith("http://localhost:8000/p/")


def test_a_bill_inside_a_notice_is_counted_and_paid_with_the_notice(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.notices = [notice()]
    cities_in_hand.bills = [*cities_in_hand.notices[0].bills, bill()]  # worked example C lists one bill in both
    flow.say("ABC-1234")
    answer = flow.press("汽車")
    assert "680 元\n共 2 筆待繳" in answer
    assert [action["label"] for action in answer.every].count("只繳這一筆") == 2


def test_a_notice_partly_paid_here_is_not_summed_up_and_not_paid_here(
    flow: Flow, cities_in_hand: CitiesInHand, chat_units: UnitOfWorkFactory
) -> None:
    number = f"Z{flow.citizen[1:12].upper()}"
    inside = bill(number, "NWT")
    cities_in_hand.bills = [inside]
    flow.say("ABC-1234")
    flow.press("汽車")
    pay_here(chat_units, flow, inside.key)
    cities_in_hand.bills, cities_in_hand.notices = [], [notice(bills=(inside,))]
    flow.say("ABC-1234")
    answer = flow.press("汽車")
    assert "其中有帳單已在這裡繳清，請先洽新北市確認應繳金額" in answer
    assert answer.messages[0]["altText"] == "停車費查詢結果"
    assert not [label for label in answer.buttons if "繳" in label]


def test_street_and_times_are_not_shown_for_a_plate(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill()]
    flow.say("ABC-1234")
    assert "信義路" not in flow.press("汽車")


def test_a_second_motorcycle_ticket_of_a_day_is_pointed_out(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    motorcycle = VehicleKind.MOTORCYCLE
    cities_in_hand.bills = [bill("Q7078443D090047", kind=motorcycle), bill("Q7078443D100047", kind=motorcycle)]
    flow.say("ABC-1234")
    answer = flow.press("機車")
    assert answer.shown.count("同一天的另一張") == 1
    assert answer.link("撥打 02-27269600") == "tel:0227269600"


def test_a_bill_not_paid_here_leads_to_its_official_way_in_words(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.connect("TXG")
    cities_in_hand.bills = [bill("VNB4810M8746", "TXG")]
    flow.say("ABC-1234")
    answer = flow.press("汽車")
    assert "這筆不在這裡收，請依繳費單上的方式繳費，或洽臺中市停車管理機關。" in answer
    assert not [label for label in answer.buttons if label.startswith("繳費")]


def test_after_the_daily_limit_no_city_is_asked(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    for _ in range(DAILY_LIMIT):
        assert "目前查無待繳停車單" in flow.say("AB-1234")
    answer = flow.say("AB-1234")
    assert f"每天最多查詢 {DAILY_LIMIT} 次" in answer
    assert "聯絡我們" in answer.buttons
    assert len(cities_in_hand.questions) == DAILY_LIMIT


def test_the_daily_limit_ends_the_question_for_the_kind(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    for _ in range(DAILY_LIMIT):
        flow.say("AB-1234")
    flow.say("ABC-1234")
    answer = flow.press("汽車")
    assert "今天的次數已用完" in answer
    assert "請選擇車種" not in answer
    assert flow.waiting is None
    assert len(cities_in_hand.questions) == DAILY_LIMIT


def test_where_nobody_can_be_asked_nothing_due_is_not_said(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.connect()
    answer = flow.say("AB-1234")
    assert "查無" not in answer
    assert "目前沒有連線任何縣市，無法查詢，不代表沒有欠費。" in answer
    assert answer.link("撥打") == "tel:1999"
    assert cities_in_hand.questions == []


def test_made_up_button_data_asks_for_the_plate(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    for data in ("tickets.again", "tickets.again?plate=x&kind=car", "tickets.again?plate=ABC-1234&kind=boat"):
        assert "請輸入車牌" in flow.send_data(data)
    assert cities_in_hand.questions == []


def test_in_english(make_flow: Callable[..., Flow], cities_in_hand: CitiesInHand) -> None:
    flow = make_flow(line_language="en")
    cities_in_hand.bills = [bill()]
    cities_in_hand.failing["NWT"] = Why.DOWN
    assert "Which kind of vehicle?" in flow.say("ABC-1234")
    answer = flow.press("Car")
    assert "NT$40" in answer
    assert "by 24:00 on Tue 24 Nov, 3 days left" in answer
    assert "Could not be asked: New Taipei." in answer


@pytest.mark.parametrize(("display", "kind"), [("純文字", "text"), ("大字", "flex"), ("一般", "flex")])
def test_in_every_display(flow: Flow, cities_in_hand: CitiesInHand, display: str, kind: str) -> None:
    cities_in_hand.bills = [bill(), bill("Q70885062951261")]
    flow.say("顯示")
    flow.press(display)
    flow.say("ABC-1234")
    answer = flow.press("汽車")
    assert answer.messages[0]["type"] == kind
    assert "80 元" in answer
    if kind == "text":
        assert "http://localhost:8000/p/" in answer
