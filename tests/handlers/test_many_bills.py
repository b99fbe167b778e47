"""待繳 where there are more bills than one message shows."""

from tests.flow import Flow
from tests.handlers.cities import CitiesInHand, bill


def test_many_bills_come_eight_at_a_time_and_on_the_page(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill(f"Q7078443D0900{n:02}") for n in range(20)]
    flow.say("ABC-1234")
    answer = flow.press("汽車")
    assert "其餘 12 筆" in answer
    assert answer.link("看全部") == answer.link("繳費 800 元")
    cities_in_hand.connect("TPE", "NWT", "TXG")
    cities_in_hand.bills += [bill("VNB4810M8746", "TXG")]
    flow.say("ABC-1234")
    flow.press("汽車")
    second = flow.press("看後面的帳單")
    assert "9／21" in second
    assert "16／21" in second
    assert "8／21" not in second.shown.replace("18／21", "")
    third = flow.press("看後面的帳單")
    assert "21／21" in third
    assert "其餘" not in third


def test_as_plain_text_many_bills_come_five_at_a_time_and_each_can_be_paid_alone(
    flow: Flow, cities_in_hand: CitiesInHand
) -> None:
    cities_in_hand.connect("TPE", "NWT", "TXG")
    cities_in_hand.bills = [bill(f"Q7078443D0900{n:02}") for n in range(23)] + [bill("VNB4810M8746", "TXG")]
    flow.say("純文字")
    flow.say("ABC-1234")
    flow.press("汽車")
    alone = []
    for _ in range(5):
        pressed = [a for a in flow.answer.every if a["label"].startswith("只繳第")]
        alone += [a["label"] for a in pressed]
        assert len(flow.answer.every) < 13  # 取消 has its place
        if "看後面的帳單" in flow.answer.buttons:
            flow.press("看後面的帳單")
    assert alone == [f"只繳第 {number} 筆" for number in range(1, 24)]  # Taichung's is not paid here
    assert "其餘" not in flow.answer


def test_a_made_up_place_in_the_list_shows_no_error(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill(), bill("Q70885062951261")]
    for skip in ("-1", "x", "99999", "²"):
        assert "80 元" in flow.send_data(f"tickets.again?plate=ABC-1234&kind=car&skip={skip}")
