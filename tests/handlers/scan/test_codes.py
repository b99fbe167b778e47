"""What a code says: typed from below the barcodes, pasted, of Taipei, of a store, or of no bill at all."""

from urllib.parse import quote

import pytest
from sqlalchemy import Engine, text

from domain.bills import Why
from domain.paytaipei import bill_url
from infra.database import UnitOfWorkFactory
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand, bill
from tests.handlers.newcomers import Newcomer
from tests.handlers.scan.slips import CODES, DUE, NUMBER, ROW, WATER, Send
from tests.handlers.test_bill_number import taken
from tests.scanning.hands import SentPhotos
from tests.slips import jpeg, pay_taipei_qr, qr_slip, store_codes, store_slip, ticket_qr


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("typed", ["\n".join(CODES), f"*{CODES[2]}* *{CODES[1]}* *{CODES[0]}*".lower()])
def test_the_numbers_below_the_barcodes_may_be_typed(flow: Flow, typed: str) -> None:
    assert "60 元" in flow.say(typed)


def test_a_pasted_code_of_an_agency_and_of_a_water_bill(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    assert "1,180 元" in flow.say(quote(WATER, safe=""))
    for said in ("讀到了，但查不到", "9112430446", "12/31", "台北自來水", "台灣Pay的銀行 App", "還沒有經機關確認"):
        assert said in flow.answer
    taken(chat_units, ROW.format(number="9112430446", plate="CCC-3333", amount=1180))
    assert "繳費 1,180 元" in "".join(flow.say(WATER).buttons)


def test_taipeis_slip_of_a_stranger_leads_to_plate_and_official_page(flow: Flow, send: Send) -> None:
    send(qr_slip(ticket_qr("Q7078443D090047")))
    assert "輸入車牌就能查到" in flow.answer
    assert flow.answer.link("前往臺北市官方繳費") == bill_url("Q7078443D090047")
    assert "請輸入車牌" in flow.press("查停車費")


def test_no_page_is_spoken_of_where_none_is_known(flow: Flow, send: Send) -> None:
    send(qr_slip(ticket_qr("M8168111102999P")))
    assert "依單子上的方式繳費" in flow.answer
    assert "官方" not in flow.answer


def test_taipeis_slip_of_ones_own_vehicle_is_that_bill_alone(
    citizen: Newcomer, cities_in_hand: CitiesInHand, sent_photos: SentPhotos
) -> None:
    flow = citizen.flow
    flow.say("綁定車牌")
    flow.press("汽車")
    flow.say("ABC-1234")
    flow.press("確定綁定")
    cities_in_hand.bills = [bill("Q7078443D090047"), bill("Q7078443D090048", pay_amount=75, amount=75)]
    flow.send_photo(sent_photos.put(jpeg(qr_slip(pay_taipei_qr("Q7078443D090048")))))
    assert "75 元" in flow.answer
    assert "Q7078443D090047" not in flow.answer
    cities_in_hand.failing["TPE"] = Why.DOWN
    flow.send_photo(sent_photos.put(jpeg(qr_slip(pay_taipei_qr("Q7078443D090049")))))
    assert "臺北目前查不到，這筆也可能在那裡" in flow.answer


def test_our_own_store_barcode_is_the_bill_it_was_made_for(
    flow: Flow, cities_in_hand: CitiesInHand, chat_engine: Engine, send: Send
) -> None:
    numbers = [f"Q{flow.citizen[1:13].upper()}{nth:02}" for nth in (1, 2)]
    cities_in_hand.bills = [bill(number, pay_amount=40 + nth, amount=40 + nth) for nth, number in enumerate(numbers)]
    flow.say("ABC-1234")
    flow.press("汽車")
    flow.press("超商條碼")
    statement = text(
        "SELECT s.number, s.amount, s.pay_by FROM store_slip s JOIN orders o ON o.id = s.order_id"
        " WHERE o.citizen = :citizen AND s.amount = 41"
    )
    with chat_engine.connect() as connection:
        slip = connection.execute(statement, {"citizen": flow.citizen}).one()
    send(store_slip(store_codes(slip.number, slip.amount, slip.pay_by, "6FA")))
    assert flow.answer.link("繳費 41 元")
    assert numbers[1] in flow.answer
    assert numbers[0] not in flow.answer


@pytest.mark.parametrize(
    ("content", "said", "called"),
    [
        ("https://pay.taipei/qr/2/Q7078443D090047/0000/2", "檢查碼不對", "tel:165"),
        (f"TWQRP://x/158/02/V1?D1=100&D5=004&D6={'1' * 16}", "轉帳到別人帳戶", "tel:165"),
        ("TWQRP://x/158/01/V1?D1=100&D2=1", "向店家付款", "tel:1999"),
        ("TWQRP://x/158/03/V1?D1=100&E7=abc", "號碼只有銀行讀得到", "tel:1999"),
        ("https://pay-taipei.evil.example/qr/2/Q7078443D090047/bafb/2", "不是官方網址", "tel:165"),
        ("https://pay.taipei/", "是官方網址", "tel:165"),
        ("HELLO", "不是我們認得的繳費單", "tel:1999"),
    ],
)
def test_a_code_that_is_no_bill_says_what_it_is(flow: Flow, send: Send, content: str, said: str, called: str) -> None:
    send(qr_slip(content))
    assert said in flow.answer
    assert flow.answer.link("撥打") == called
    assert "evil.example" not in str([action.get("uri") for action in flow.answer.every])


@pytest.mark.usefixtures("ledger")
def test_a_strange_code_beside_a_slip_is_warned_of(flow: Flow, send: Send) -> None:
    send(store_slip(CODES), qr_slip("https://evil.example/pay"))
    assert "60 元" in flow.answer
    assert "不是繳費單的條碼，我們沒有打開" in flow.answer


@pytest.mark.usefixtures("ledger")
def test_zeros_left_away_must_fit_the_amount(flow: Flow, send: Send) -> None:
    send(store_slip(store_codes(NUMBER, 61, DUE)))
    assert "讀到了，但查不到" in flow.answer
    assert "信義路" not in flow.answer
