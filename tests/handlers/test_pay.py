"""繳費: from the answer to the pay page, all bills or one."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from domain.bills import Why
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork, UnitOfWorkFactory
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand, bill, notice, open_pages, pay_here
from tests.handlers.conftest import DAILY_LIMIT

PAGE = re.compile(r"http://localhost:8000/p/[\w-]{48}={0,2}")


def chosen_numbers(engine: Engine, flow: Flow) -> list[list[str]]:
    """Numbers ticked in each order of this citizen once its pay links are opened, oldest order first."""
    open_pages(lambda: UnitOfWork(engine), flow.citizen)
    query = text(
        "SELECT array_agg(number ORDER BY position) FILTER (WHERE chosen) FROM order_line JOIN orders ON id = order_id"
        " WHERE citizen = :citizen GROUP BY order_id, created_at ORDER BY created_at"
    )
    with engine.connect() as connection:
        return [row[0] for row in connection.execute(query, {"citizen": flow.citizen})]


def looked_up(flow: Flow, kind: str = "汽車") -> Any:
    flow.say("ABC-1234")
    return flow.press(kind)


def test_one_tap_leads_to_the_page_with_all_bills_ticked(
    flow: Flow, cities_in_hand: CitiesInHand, chat_engine: Engine
) -> None:
    cities_in_hand.bills = [bill(), bill("Q70885062951261")]
    cities_in_hand.notices = [notice()]
    answer = looked_up(flow)
    assert PAGE.fullmatch(answer.link("繳費 720 元"))
    (numbers,) = chosen_numbers(chat_engine, flow)
    assert sorted(numbers) == ["101008521", "Q7078443D090047", "Q70885062951261"]


def test_one_bill_alone_two_taps(flow: Flow, cities_in_hand: CitiesInHand, chat_engine: Engine) -> None:
    cities_in_hand.bills = [bill(), bill("Q70885062951261", pay_amount=1140, amount=1140)]
    looked_up(flow)
    data = [a["data"] for a in flow.answer.every if a["label"] == "只繳這一筆"]
    answer = flow.send_data(data[1])
    assert "繳費連結" in answer
    assert "1,140 元" in answer
    assert PAGE.fullmatch(answer.link("繳費 1,140 元"))
    assert chosen_numbers(chat_engine, flow)[-1] == ["Q70885062951261"]


def test_asking_again_uses_the_unfinished_order_again(
    flow: Flow, cities_in_hand: CitiesInHand, chat_engine: Engine
) -> None:
    cities_in_hand.bills = [bill()]
    looked_up(flow)
    looked_up(flow)
    assert chosen_numbers(chat_engine, flow) == [["Q7078443D090047"]]


def test_only_what_is_collected_here_is_in_the_order(
    flow: Flow, cities_in_hand: CitiesInHand, chat_engine: Engine
) -> None:
    cities_in_hand.connect("TPE", "TXG")
    cities_in_hand.bills = [bill(), bill("VNB4810M8746", "TXG")]
    answer = looked_up(flow)
    assert "80 元" in answer
    assert "其中 40 元不在這裡收" in answer
    assert answer.link("繳費 40 元")
    assert chosen_numbers(chat_engine, flow) == [["Q7078443D090047"]]


def pay_data(number: str = "Q7078443D090047", plate: str = "ABC-1234", kind: str = "car") -> str:
    return f"pay.one?plate={plate}&kind={kind}&key=TPE:bill:{number}"


def test_a_bill_that_is_gone_is_not_paid_and_nothing_else_is_told(
    flow: Flow, cities_in_hand: CitiesInHand, chat_engine: Engine
) -> None:
    cities_in_hand.bills = [bill("Q70885062951261")]
    answer = flow.send_data(pay_data())
    assert "已不在待繳清單中" in answer
    assert "沒有扣款" in answer
    assert "Q70885062951261" not in answer
    assert chosen_numbers(chat_engine, flow) == []
    assert "Q70885062951261" in flow.press("再查一次")


def test_a_city_that_cannot_be_asked_is_not_taken_for_a_paid_bill(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.failing["TPE"] = Why.DOWN
    answer = flow.send_data(pay_data())
    assert "目前無法向機關確認這筆帳單" in answer
    assert "已繳清" not in answer
    assert answer.link("撥打") == "tel:0227269600"


def test_a_bill_that_a_notice_took_up_is_paid_with_the_notice(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill("ZB1B3K01341", "NWT")]
    cities_in_hand.notices = [notice()]
    assert "請改繳那張催繳單" in flow.send_data("pay.one?plate=ABC-1234&kind=car&key=NWT:bill:ZB1B3K01341")


def test_a_bill_paid_here_meanwhile_is_not_paid_twice(
    flow: Flow, cities_in_hand: CitiesInHand, chat_units: UnitOfWorkFactory
) -> None:
    number = f"Q{flow.citizen[1:15].upper()}"  # claims are the whole city's: a bill of this test's own
    cities_in_hand.bills = [bill(number)]
    looked_up(flow)
    pay_here(chat_units, flow, bill(number).key)
    assert "請勿重複繳費" in flow.send_data(pay_data(number))
    answer = looked_up(flow)
    assert "目前查無待繳停車單" in answer
    assert "1 筆已在這裡繳清" in answer
    assert not [label for label in answer.buttons if label.startswith("繳費")]


def test_a_city_no_longer_collected_for_leads_to_its_official_way(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.connect("TXG")
    cities_in_hand.bills = [bill("VNB4810M8746", "TXG")]
    answer = flow.send_data("pay.one?plate=ABC-1234&kind=car&key=TXG:bill:VNB4810M8746")
    assert "這筆帳單不在這裡收" in answer


@pytest.mark.parametrize(
    "data", ["pay.one", pay_data(plate="x"), pay_data(kind="boat"), "pay.one?plate=ABC-1234&kind=car&key=TPE"]
)
def test_made_up_button_data_is_answered_kindly(flow: Flow, cities_in_hand: CitiesInHand, data: str) -> None:
    assert "這個按鈕不能使用" in flow.send_data(data)
    assert cities_in_hand.questions == []


def test_paying_bills_one_by_one_does_not_use_up_the_daily_limit(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill()]
    looked_up(flow)
    for _ in range(DAILY_LIMIT + 1):
        assert "繳費連結" in flow.send_data(pay_data())


def test_the_kinds_of_a_city_are_kept_apart(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    flow.send_data(pay_data(kind="heavy_motorcycle"))
    assert cities_in_hand.questions == [("ABC-1234", VehicleKind.HEAVY_MOTORCYCLE)]


def test_the_page_speaks_the_citizens_language(
    make_flow: Callable[..., Flow], cities_in_hand: CitiesInHand, chat_engine: Engine
) -> None:
    flow = make_flow(line_language="en")
    cities_in_hand.bills = [bill()]
    looked_up(flow, "Car").link("Pay NT$40")
    assert len(chosen_numbers(chat_engine, flow)) == 1
    with chat_engine.connect() as connection:
        row = connection.execute(text("SELECT language FROM orders WHERE citizen = :c"), {"c": flow.citizen})
        assert row.scalar() == "en"
