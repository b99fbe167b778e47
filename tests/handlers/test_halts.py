"""A city that staff have stopped is not asked and said to be so; while pushes are stopped the record says why."""

from collections.abc import Callable, Iterator

import pytest

from infra.database import UnitOfWorkFactory
from services import halts
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand, bill

Stop = Callable[[str], None]


@pytest.fixture
def stop(chat_units: UnitOfWorkFactory) -> Iterator[Stop]:
    """Stops something until the test is over."""
    stopped: list[str] = []

    def stopping(what: str) -> None:
        stopped.append(what)
        with chat_units() as uow:
            halts.stop(uow, what, zh="主機更換至 18:00", en="New servers until 18:00", staff="anna")

    yield stopping
    with chat_units() as uow:
        for what in stopped:
            halts.resume(uow, what, staff="anna")


def test_a_stopped_city_is_not_asked_and_never_said_to_have_nothing(
    flow: Flow, cities_in_hand: CitiesInHand, stop: Stop
) -> None:
    cities_in_hand.bills = [bill()]
    stop("TPE")
    flow.say("ABC-1234")
    answer = flow.press("汽車")
    assert {code for code, _plate, _kind in cities_in_hand.asked} == {"NWT"}
    assert "臺北：主機更換至 18:00" in answer
    assert "臺北暫時查不到，不代表沒有欠費" in answer
    assert "目前查無待繳停車單：新北" in answer
    assert "Q7078443D090047" not in answer


def test_it_is_asked_again_once_it_goes_on(
    flow: Flow,
    cities_in_hand: CitiesInHand,
    chat_units: UnitOfWorkFactory,
    stop: Stop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(halts, "SEEN_FOR", 0.0)
    cities_in_hand.bills = [bill()]
    stop("TPE")
    flow.say("ABC-1234")
    assert "40 元" not in flow.press("汽車")
    with chat_units() as uow:
        halts.resume(uow, "TPE", staff="anna")
    assert "40 元" in flow.press("再查一次")


def test_the_text_is_the_readers(make_flow: Callable[..., Flow], cities_in_hand: CitiesInHand, stop: Stop) -> None:
    flow = make_flow(line_language="en")
    stop("TPE")
    flow.say("ABC-1234")
    assert "Taipei: New servers until 18:00" in flow.press("Car")


def test_a_button_of_an_old_answer_takes_nothing(flow: Flow, cities_in_hand: CitiesInHand, stop: Stop) -> None:
    cities_in_hand.bills = [bill()]
    stop("TPE")
    answer = flow.send_data("pay.one?plate=ABC-1234&kind=car&key=TPE:bill:Q7078443D090047")
    assert "目前無法向機關確認這筆帳單" in answer


def test_the_record_of_notices_says_why_none_comes(flow: Flow, stop: Stop) -> None:
    assert "主機更換" not in flow.say("通知紀錄")
    stop(halts.PUSHES)
    assert "主機更換至 18:00" in flow.say("通知紀錄")
