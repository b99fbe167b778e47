"""A bill by what one holds in the hand: a photo of its slip, a pasted code, numbers typed from below the barcodes."""

from collections.abc import Callable, Iterator
from datetime import date
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, text

from domain.bills import Why
from domain.paytaipei import bill_url
from infra.database import UnitOfWorkFactory, make_engine
from services import ledger as books
from tests import stores
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand, bill
from tests.handlers.conftest import DAILY_LIMIT, NOW
from tests.handlers.newcomers import Newcomer
from tests.handlers.test_bill_number import taken
from tests.scanning.hands import SentPhotos
from tests.slips import jpeg, on_desk, pay_taipei_qr, photo, qr_slip, store_codes, store_slip, ticket_qr

NUMBER = "M8168111102840P"
OTHER = "M8168111102841P"
ROW = "PARKA,{number},{plate},car,parking,2026-11-16,2026-12-01,{amount},{amount},1,信義路四段,現場開單"
DUE = date(2026, 12, 1)
CODES = store_codes(NUMBER, 60, DUE)
WATER = "TWQRP://台北自來水/158/03/V1?D1=118000&D3=AVWYrjDqQES+&D4=20261231&D7=9112430446&D11=00,4614"
Send = Callable[..., None]


@pytest.fixture(scope="module")
def chat_engine(_admin: stores.Admin, postgres_url: str, _template: str) -> Iterator[Engine]:
    """A ledger of these tests' own: elsewhere no agency has bills in it."""
    with stores.fresh_database(_admin, postgres_url, _template) as url:
        made = make_engine(url)
        yield made
        made.dispose()


@pytest.fixture
def ledger(chat_units: UnitOfWorkFactory) -> None:
    """Two bills of an agency, of two cars."""
    rows = [(NUMBER, "AAA-1111", 60), (OTHER, "BBB-2222", 40)]
    taken(chat_units, *(ROW.format(number=number, plate=plate, amount=amount) for number, plate, amount in rows))


@pytest.fixture
def send(flow: Flow, sent_photos: SentPhotos) -> Send:
    """Sends a photo of these slips, lying beside each other."""
    return lambda *slips: flow.send_photo(sent_photos.put(jpeg(on_desk(*slips))))


@pytest.mark.usefixtures("ledger")
def test_one_photo_shows_the_bill_with_ways_to_pay_and_keep_it(flow: Flow, send: Send) -> None:
    send(store_slip(CODES))
    answer = flow.answer
    assert "60 元" in answer
    assert "信義路四段" in answer
    assert answer.link("繳費 60 元")
    assert "已儲存帳單" in flow.press("儲存")
    assert flow.waiting is None


@pytest.mark.usefixtures("ledger")
def test_the_vehicle_of_the_slip_can_be_bound_from_there(citizen: Newcomer, sent_photos: SentPhotos) -> None:
    flow, slip = citizen.flow, sent_photos.put(jpeg(on_desk(store_slip(CODES))))
    flow.send_photo(slip)
    assert "綁定完成" in flow.press("綁定並提醒我")
    assert "AAA-1111" in flow.answer
    assert "綁定並提醒我" not in flow.send_photo(slip).buttons


def test_the_number_of_a_slip_of_no_vehicle_can_be_bound_from_there(
    citizen: Newcomer, chat_units: UnitOfWorkFactory
) -> None:
    flow, number = citizen.flow, "WB20261121"
    head = "agency,number,fee_item,identifier,deadline,amount"
    taken(chat_units, f"PARKA,{number},water,3344556677,{DUE},470", head=head)
    assert "470 元" in flow.say(f"TWQRP://台北自來水/158/03/V1?D1=47000&D3=AVWYrjDqQES+&D4=20261201&D7={number}")
    assert "綁定完成" in flow.press("綁定水號")
    assert "水號 3344556677" in flow.answer


def test_the_slip_of_a_bill_that_was_paid_says_so(flow: Flow, send: Send, chat_units: UnitOfWorkFactory) -> None:
    number = "M8168111102877P"
    taken(chat_units, ROW.format(number=number, plate="CCC-3333", amount=60))
    with chat_units() as uow:
        books.mark_paid(uow, [one.key for one in books.by_number(uow, number)], paid_at=NOW)
    send(store_slip(store_codes(number, 60, DUE)))
    assert "這筆帳單已繳清" in flow.answer
    assert "查不到" not in flow.answer
    send(store_slip(store_codes(number, 61, DUE)))
    assert "讀到了，但查不到" in flow.answer, "another amount: another bill"


def test_the_slip_of_a_customer_who_owes_nothing_says_so(flow: Flow, send: Send, chat_units: UnitOfWorkFactory) -> None:
    head = "agency,number,fee_item,identifier,deadline,amount,status"
    taken(chat_units, f"PARKA,WC20261121,water,5566778899,{DUE},470,paid", head=head)
    send(qr_slip("TWQRP://台北自來水/158/03/V1?D1=47000&D3=AVWYrjDqQES+&D4=20261201&D7=5566778899"))
    assert "目前查無待繳水費" in flow.answer
    assert "綁定水號" in flow.answer.buttons
    assert "銀行 App" not in flow.answer


@pytest.mark.usefixtures("ledger")
def test_two_slips_in_one_photo_are_two_bills_and_one_payment(flow: Flow, send: Send) -> None:
    send(store_slip(CODES), store_slip(store_codes(OTHER, 40, DUE)))
    assert "AAA-1111" in flow.answer
    assert "BBB-2222" in flow.answer
    assert "2 筆帳單" in flow.answer
    assert flow.answer.link("繳費 100 元")


@pytest.mark.usefixtures("ledger")
def test_the_qr_of_an_agencys_own_slip(flow: Flow, send: Send) -> None:
    send(qr_slip(f"https://line.me/R/oaMessage/%40parkline/?{NUMBER}"))
    assert "60 元" in flow.answer


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(("turned", "light", "blur"), [(25, 1, 0), (90, 0.2, 0), (0, 1, 1.2)])
def test_a_bad_photo_shows_the_same_bill(
    flow: Flow, sent_photos: SentPhotos, turned: float, light: float, blur: float
) -> None:
    flow.send_photo(sent_photos.put(photo(on_desk(store_slip(CODES), turned=turned), light=light, blur=blur)))
    assert "60 元" in flow.answer


def test_an_unreadable_photo_is_said_to_be_one(flow: Flow, sent_photos: SentPhotos) -> None:
    answer = flow.send_photo(sent_photos.put(photo(on_desk(qr_slip(ticket_qr("Q7078443D090047"))), blur=14)))
    assert "照片裡讀不到 QR Code 或條碼" in answer
    assert "讓條碼佔滿畫面" in answer
    assert answer.link("撥打") == "tel:1999"
    assert flow.waiting is None


@pytest.mark.usefixtures("ledger")
def test_the_word_asks_for_a_photo_and_takes_another_when_one_cannot_be_read(flow: Flow, send: Send) -> None:
    answer = flow.say("掃描")
    assert "請拍繳費單上的 QR Code" in answer
    assert {"camera", "cameraRoll"} <= {action["type"] for action in answer.every}
    flow.send_photo("gone")
    assert "已經收回或過期" in flow.answer
    assert "請拍繳費單上的 QR Code" in flow.answer
    send(store_slip(CODES))
    assert "60 元" in flow.answer
    assert flow.waiting is None


@pytest.mark.usefixtures("ledger")
def test_barcodes_over_several_photos_come_together(flow: Flow, send: Send) -> None:
    send(store_slip([CODES[2]]))
    assert "已讀到 1 段條碼" in flow.answer
    send(store_slip([CODES[0]]))
    assert "已讀到 2 段條碼" in flow.answer
    send(store_slip([CODES[0]]))  # the same again
    assert "照片裡讀不到" in flow.answer
    assert "已讀到 2 段條碼" in flow.answer
    send(store_slip([CODES[1]]))
    assert "60 元" in flow.answer
    assert flow.waiting is None


@pytest.mark.usefixtures("ledger")
def test_a_plate_typed_instead_of_a_photo_is_looked_up(flow: Flow) -> None:
    flow.say("掃描")
    assert "請選擇車種" in flow.say("AAA-1111")


def test_a_photo_beside_a_question_leaves_it_waiting(newcomer: Newcomer, sent_photos: SentPhotos) -> None:
    flow = newcomer.flow
    flow.say("註冊")
    waiting = flow.waiting
    assert waiting
    flow.send_photo(sent_photos.put(jpeg(qr_slip("HELLO"))))
    assert "不是我們認得的繳費單" in flow.answer
    assert flow.waiting == waiting


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


def test_guessing_by_photos_is_limited(flow: Flow, send: Send) -> None:
    for nth in range(DAILY_LIMIT):
        flow.say(ticket_qr(f"Q7078443D09900{nth}"))
    flow.say(ticket_qr("Q7078443D099999"))
    assert "今天的次數已用完" in flow.answer


@pytest.mark.usefixtures("ledger")
def test_nothing_of_a_photo_is_kept(flow: Flow, send: Send, chat_engine: Engine) -> None:
    unknown = "M8168111199999P"
    send(qr_slip(f"https://line.me/R/oaMessage/%40parkline/?{unknown}"))
    assert "讀到了，但查不到" in flow.answer
    with chat_engine.connect() as connection:
        kept = connection.execute(text("SELECT count(*) FROM given_slip WHERE number = :n"), {"n": unknown})
        assert kept.scalar() == 0
    assert unknown not in flow.dialog.dump().decode()


@pytest.mark.usefixtures("ledger")
def test_in_english(make_flow: Callable[..., Flow], sent_photos: SentPhotos) -> None:
    flow = make_flow(line_language="en")
    assert "Please photograph the slip's QR code" in flow.say("scan")
    flow.send_photo(sent_photos.put(jpeg(store_slip(CODES[:1]))))
    assert "Barcodes read so far: 1" in flow.answer
    flow.send_photo(sent_photos.put(jpeg(store_slip(CODES[1:]))))
    assert "NT$60" in flow.answer
    flow.send_photo(sent_photos.put(jpeg(qr_slip(ticket_qr("Q7078443D090047")))))
    assert "Read, but not found" in flow.answer
    assert flow.answer.link("Go to Taipei City's official site")
    flow.send_photo("gone")
    assert "taken back or is too old" in flow.answer
