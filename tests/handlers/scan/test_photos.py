"""A bill by a photo of its slip."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from infra.database import UnitOfWorkFactory
from services import ledger as books
from tests.flow import Flow
from tests.handlers.conftest import DAILY_LIMIT, NOW
from tests.handlers.newcomers import Newcomer
from tests.handlers.scan.slips import CODES, DUE, NUMBER, OTHER, ROW, Send
from tests.handlers.test_bill_number import taken
from tests.scanning.hands import SentPhotos
from tests.slips import jpeg, on_desk, photo, qr_slip, store_codes, store_slip, ticket_qr


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
