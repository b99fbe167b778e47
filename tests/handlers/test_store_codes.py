"""超商條碼: three barcodes as a picture in the chat, one bill a screen; and 「請家人代繳」 beside them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, text

from domain.storebarcode import PROVIDER
from infra.database import UnitOfWorkFactory
from services import halts
from tests.clock import MovableClock
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand, bill, pay_here

PICTURE = re.compile(r"http://localhost:8000/b/[\w-]{48}={0,2}\.png")


def picture(flow: Flow) -> str:
    """The address of the one picture of the last answer."""
    (found,) = [message for message in flow.answer.messages if message["type"] == "image"]
    assert found["originalContentUrl"] == found["previewImageUrl"]
    return str(found["originalContentUrl"])


def looked_up(flow: Flow, kind: str = "汽車") -> None:
    flow.say("ABC-1234")
    flow.press(kind)


def own(flow: Flow, nth: int) -> str:
    """A bill number of this test's own: claims are the whole city's."""
    return f"Q{flow.citizen[1:13].upper()}{nth:02}"


def test_one_tap_shows_the_picture_and_what_it_pays(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill()]
    looked_up(flow)
    answer = flow.press("超商條碼")
    assert PICTURE.fullmatch(picture(flow))
    for said in ("超商繳費條碼", "40 元", "24:00 前", "Q7078443D090047", "請勿重複繳費", "數日入帳"):
        assert said in answer
    assert "1/1" not in answer
    assert [message["type"] for message in answer.messages] == ["image", "flex"]


def test_several_bills_are_a_screen_each(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill(own(flow, nth)) for nth in range(3)]
    looked_up(flow)
    seen = []
    flow.press("超商條碼")
    for nth in (1, 2, 3):
        assert f"超商繳費條碼 {nth}/3" in flow.answer
        seen.append(picture(flow))
        if nth < 3:
            flow.press("下一張條碼")
    assert "下一張條碼" not in flow.answer.buttons
    assert len(set(seen)) == 3


def test_showing_locks_nothing(flow: Flow, cities_in_hand: CitiesInHand, chat_engine: Engine) -> None:
    number = own(flow, 1)
    cities_in_hand.bills = [bill(number)]
    looked_up(flow)
    first = (flow.press("超商條碼"), picture(flow))[1]
    with chat_engine.connect() as connection:
        claims = connection.execute(text("SELECT count(*) FROM claim WHERE number = :n"), {"n": number})
        assert claims.scalar() == 0
        state = connection.execute(text("SELECT state FROM orders WHERE citizen = :c"), {"c": flow.citizen})
        assert state.scalars().all() == ["open"]
    looked_up(flow)
    flow.press("超商條碼")
    assert picture(flow) == first


def test_one_bill_by_its_own_card(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill(own(flow, 1)), bill(own(flow, 2))]
    looked_up(flow)
    flow.press("只繳這一筆")
    answer = flow.press("超商條碼")
    assert own(flow, 1) in answer
    assert "1/" not in answer.shown.split("\n", maxsplit=1)[0]


@pytest.mark.parametrize("changes", [{"pay_amount": 20_001, "amount": 20_001}, {"deadline": date(2026, 11, 20)}])
def test_what_a_till_refuses_has_no_button(
    flow: Flow, cities_in_hand: CitiesInHand, changes: dict[str, object]
) -> None:
    cities_in_hand.bills = [bill(own(flow, 1), **changes)]
    looked_up(flow)
    assert "超商條碼" not in flow.answer.buttons
    data = f"store_codes.show?plate=ABC-1234&kind=car&key=TPE:bill:{own(flow, 1)}"
    assert "沒有可以用超商條碼繳的帳單" in flow.send_data(data)


def test_a_bill_paid_meanwhile_has_no_next_screen(
    flow: Flow, cities_in_hand: CitiesInHand, chat_units: UnitOfWorkFactory
) -> None:
    cities_in_hand.bills = [bill(own(flow, 1)), bill(own(flow, 2))]
    looked_up(flow)
    first = flow.press("超商條碼")
    pay_here(chat_units, flow, bill(own(flow, 2)).key)
    assert "這張條碼已不能使用" in flow.press("下一張條碼", first)


def test_nobody_pages_in_anothers_order(
    flow: Flow, cities_in_hand: CitiesInHand, make_flow: Callable[..., Flow]
) -> None:
    cities_in_hand.bills = [bill(own(flow, 1)), bill(own(flow, 2))]
    looked_up(flow)
    data = next(a["data"] for a in flow.press("超商條碼").every if a["label"] == "下一張條碼")
    assert "這個按鈕不能使用" in make_flow().send_data(data)


@pytest.mark.parametrize(
    "data",
    [
        "show",
        "show?plate=x&kind=car",
        "show?plate=ABC-1234&kind=boat",
        "show?plate=ABC-1234&kind=car&key=TPE",
        "page",
        "page?order=1&page=1",
        f"page?order={'0' * 32}&page=1",
        f"page?order={'0' * 32}&page=x",
    ],
)
def test_made_up_buttons_are_answered_kindly(flow: Flow, cities_in_hand: CitiesInHand, data: str) -> None:
    assert "這個按鈕不能使用" in flow.send_data(f"store_codes.{data}")


def test_stopped_barcodes_say_so(flow: Flow, cities_in_hand: CitiesInHand, chat_units: UnitOfWorkFactory) -> None:
    cities_in_hand.bills = [bill(own(flow, 1))]
    looked_up(flow)
    with chat_units() as uow:
        halts.stop(uow, PROVIDER, zh="維護", en="Maintenance", staff="anna")
    try:
        assert "這個繳費方式目前暫停" in flow.press("超商條碼")
    finally:
        with chat_units() as uow:
            halts.resume(uow, PROVIDER, staff="anna")


def test_the_word_leads_to_ones_bills(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    flow.say("超商條碼")
    assert flow.waiting == "plate"


def test_it_speaks_english(make_flow: Callable[..., Flow], cities_in_hand: CitiesInHand) -> None:
    flow = make_flow(line_language="en")
    cities_in_hand.bills = [bill(own(flow, 1)), bill(own(flow, 2))]
    looked_up(flow, "Car")
    answer = flow.press("Store barcode")
    assert "Store barcode 1/2" in answer
    assert "do not pay twice" in answer
    assert not re.search("[\u4e00-\u9fff]", answer.shown)


def test_family_gets_the_pay_link_and_nothing_else(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill(own(flow, 1))]
    looked_up(flow)
    paid_at = flow.answer.link("繳費 40 元")
    for _ in range(2):  # from the answer, and from the card of one bill
        share = urlsplit(flow.answer.link("請家人代繳"))
        assert (share.scheme, share.netloc, share.path) == ("https", "line.me", "/R/share")
        (said,) = parse_qs(share.query)["text"]
        words, link = said.split("\n")
        assert words == "請幫我繳 40 元，連結 24 小時內有效："
        assert link.startswith("http://localhost:8000/p/")
        for personal in ("ABC-1234", own(flow, 1), flow.citizen):
            assert personal not in said
        flow.send_data(f"pay.one?plate=ABC-1234&kind=car&key=TPE:bill:{own(flow, 1)}")
    assert paid_at.startswith("http://localhost:8000/p/")


def test_as_plain_text_the_link_itself_is_passed_on(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill(own(flow, 1))]
    flow.say("顯示")
    flow.press("純文字")
    looked_up(flow)
    assert "line.me" not in flow.answer
    assert "超商條碼" in flow.answer.buttons
    flow.press("超商條碼")
    assert [message["type"] for message in flow.answer.messages] == ["image", "text"]


def test_the_button_is_gone_after_the_last_day(flow: Flow, cities_in_hand: CitiesInHand, clock: MovableClock) -> None:
    cities_in_hand.bills = [bill(own(flow, 1), deadline=date(2026, 11, 21)), bill(own(flow, 2))]
    looked_up(flow)
    assert "超商繳費條碼 1/2" in flow.press("超商條碼")
    clock.set(clock.now() + timedelta(days=1))
    looked_up(flow)
    assert "條碼 1/2" not in flow.press("超商條碼")
