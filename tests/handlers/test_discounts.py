"""行動支付優惠 in the chat: both amounts on the card, before anything is paid."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from infra.database import UnitOfWorkFactory, make_engine
from tests import stores
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand
from tests.handlers.test_bill_number import taken

SLIP = "TPE,M8168111102840P,{plate},{kind},parking,2026-11-16,2026-12-01,20,20,1,信義路四段,無紙化開單"


@pytest.fixture(scope="module")
def chat_engine(_admin: stores.Admin, postgres_url: str, _template: str) -> Iterator[Engine]:
    """A ledger of these tests' own: elsewhere no agency has bills in it."""
    with stores.fresh_database(_admin, postgres_url, _template) as url:
        made = make_engine(url)
        yield made
        made.dispose()


def test_the_card_has_both_amounts_and_its_button_the_lower(
    flow: Flow, chat_units: UnitOfWorkFactory, cities_in_hand: CitiesInHand
) -> None:
    taken(chat_units, SLIP.format(plate="MXA-1001", kind="motorcycle"))
    flow.say("MXA-1001")
    answer = flow.press("機車")
    assert "20 元" in answer
    assert "行動支付優惠後\n10 元" in answer
    assert "不在這裡收" not in answer
    assert answer.link("繳費 10 元")
    link = flow.send_data("pay.one?plate=MXA-1001&kind=motorcycle&key=TPE:bill:M8168111102840P")
    assert "帳單 20 元，行動支付優惠後 10 元。" in link


def test_several_bills_have_both_sums(flow: Flow, chat_units: UnitOfWorkFactory, cities_in_hand: CitiesInHand) -> None:
    slip = SLIP.format(plate="MXA-1003", kind="motorcycle")
    taken(chat_units, slip.replace("2840P", "0001P"), slip.replace("2840P", "0002P"))
    flow.say("MXA-1003")
    answer = flow.press("機車")
    assert "行動支付優惠後\n20 元" in answer
    assert "不在這裡收" not in answer
    assert answer.link("繳費 20 元")


def test_in_english_too_and_a_heavy_motorcycle_has_none(
    make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory, cities_in_hand: CitiesInHand
) -> None:
    flow = make_flow(line_language="en")
    taken(chat_units, SLIP.format(plate="MXA-1002", kind="motorcycle").replace("2840P", "0003P"))
    flow.say("MXA-1002")
    assert "Paid by phone\nNT$10" in flow.press("Motorcycle")
    taken(chat_units, SLIP.format(plate="LAA-1002", kind="heavy_motorcycle").replace("2840P", "0004P"))
    flow.say("LAA-1002")
    answer = flow.press("Heavy motorcycle")
    assert "Paid by phone" not in answer
    assert answer.link("Pay NT$20")
