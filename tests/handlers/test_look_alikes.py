"""A plate that may have been misread: look-alikes to press, and nothing looked up before the press."""

from collections.abc import Callable

import pytest

from domain.bills import Why
from domain.vehicles import VehicleKind
from tests.flow import Answer, Flow
from tests.handlers.cities import CitiesInHand, bill
from tests.handlers.conftest import DAILY_LIMIT

CAR = VehicleKind.CAR


def offered(answer: Answer) -> list[str]:
    """The plates among the quick replies."""
    items = answer.messages[-1].get("quickReply", {}).get("items", [])
    return [item["action"]["label"] for item in items if "-" in item["action"]["label"]]


def test_with_the_question_for_the_kind_a_look_alike_is_one_tap_away(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    answer = flow.say("ABC-123O")
    assert offered(answer) == ["ABC-1230"]
    assert "若您要查的是 ABC-1230，請按下方的車牌" in answer
    assert "ABC-1230" in flow.press("ABC-1230")
    assert cities_in_hand.questions == []
    flow.press("汽車")
    assert cities_in_hand.questions == [("ABC-1230", CAR)]


def test_when_nothing_was_found_look_alikes_are_offered_and_a_press_asks(
    flow: Flow, cities_in_hand: CitiesInHand
) -> None:
    flow.say("AOC-1235")
    answer = flow.press("汽車")
    assert "目前查無待繳停車單" in answer
    assert "也可能是車牌看錯了" in answer
    assert offered(answer) == ["ADC-1235", "AQC-1235"]
    assert cities_in_hand.questions == [("AOC-1235", CAR)]
    flow.press("AQC-1235")
    assert cities_in_hand.questions == [("AOC-1235", CAR), ("AQC-1235", CAR)]
    assert offered(flow.answer) == []


def test_a_pressed_look_alike_counts_as_every_lookup(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    flow.say("ABC-123O")
    answer = flow.press("汽車")
    for _ in range(DAILY_LIMIT - 1):
        assert "目前查無待繳停車單" in flow.press("ABC-1230", answer)
    assert f"每天最多查詢 {DAILY_LIMIT} 次" in flow.press("ABC-1230", answer)
    assert len(cities_in_hand.questions) == DAILY_LIMIT


def test_none_is_offered_where_bills_were_found_or_somebody_did_not_answer(
    flow: Flow, cities_in_hand: CitiesInHand
) -> None:
    cities_in_hand.bills = [bill(plate="ABC-123O")]
    flow.say("ABC-123O")
    assert offered(flow.press("汽車")) == []
    cities_in_hand.bills = []
    cities_in_hand.failing["NWT"] = Why.DOWN
    flow.say("ABC-123O")
    assert offered(flow.press("汽車")) == []


def test_at_most_three_are_offered(flow: Flow) -> None:
    assert len(offered(flow.say("OOO-1235"))) <= 3
    assert offered(flow.say("ABC-12L1")) == ["ABC-1211"]


def test_what_is_nearly_a_plate_is_taken_for_one(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    answer = flow.say("abc123o")
    assert flow.waiting == "dash"
    assert "請選擇車牌" in answer
    assert offered(answer) == ["ABC-1230"]
    flow.press("ABC-1230")
    assert flow.waiting == "kind"
    flow.say("ABCI235")  # another, instead of the kind
    assert flow.waiting == "dash"
    assert cities_in_hand.questions == []


def test_in_english_and_as_plain_text(make_flow: Callable[..., Flow]) -> None:
    flow = make_flow(line_language="en")
    flow.say("plain text")
    flow.say("ABC-123O")
    answer = flow.press("Car")
    assert "If you meant ABC-1230, press that plate below" in answer
    assert "ABC-1230" in answer.buttons


@pytest.mark.parametrize("words", ["COVID19", "hello 123", "ABC-1235"])
def test_other_words_are_no_plates(flow: Flow, words: str) -> None:
    assert offered(flow.say(words)) == []
