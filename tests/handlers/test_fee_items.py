"""水費、電費、罰鍰 …: bills of no vehicle, by the customer's number or their own, kept and bound like any other."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from domain.bills import PayableKey, PayableType
from infra.database import UnitOfWorkFactory, make_engine
from services import ledger
from services.ledger_import import import_csv
from tests import stores
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand
from tests.handlers.conftest import DAILY_LIMIT

HEAD = "agency,number,plate,kind,fee_item,identifier,deadline,amount,status"
WATER, POWER = "9112430446", "07699050101"
WATER_BILL = f"PARKA,W2026110001,,,water,{WATER},2026-12-01,280,open"
POWER_BILL = f"PARKA,E2026110001,,,power,{POWER},2026-12-05,1140,open"


@pytest.fixture(scope="module")
def chat_engine(_admin: stores.Admin, postgres_url: str, _template: str) -> Iterator[Engine]:
    """A ledger of these tests' own."""
    with stores.fresh_database(_admin, postgres_url, _template) as url:
        made = make_engine(url)
        yield made
        made.dispose()


@pytest.fixture(autouse=True)
def _empty(chat_engine: Engine) -> None:
    with chat_engine.begin() as connection:
        connection.execute(text("TRUNCATE ledger_bill, ledger_agency, ledger_notice"))


def taken(units: UnitOfWorkFactory, *rows: str, head: str = HEAD) -> None:
    """An agency's file with these rows, imported."""
    refused: list[str] = []
    with units() as uow:
        file = io.BytesIO("\n".join([head, *rows, ""]).encode())
        import_csv(uow, file, refused=lambda line, reason: refused.append(f"{line}: {reason}"))
    assert refused == []


def test_a_water_bill_is_found_by_its_customers_number(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    taken(chat_units, WATER_BILL)
    asked = flow.say("水費")
    assert "請輸入水號" in asked
    assert "臺北自來水為 10 碼" in asked  # 說明
    assert "請勿重複繳費" in asked  # 注意事項
    assert "應繳金額請先洽機關" in asked
    answer = flow.say("9112-430-446")
    assert "水費待繳" in answer
    assert "280 元" in answer
    assert "12/1（二）24:00 前" in answer
    assert "水號\n9112430446" in answer
    assert answer.link("繳費 280 元")
    assert answer.link("加入行事曆")
    assert flow.waiting is None


def test_it_is_found_by_typing_the_number_alone_and_by_the_bills_own(
    flow: Flow, chat_units: UnitOfWorkFactory, cities_in_hand: CitiesInHand
) -> None:
    taken(chat_units, WATER_BILL)
    assert "水費待繳" in flow.say(WATER)
    assert "280 元" in flow.say("W2026110001")
    assert cities_in_hand.asked == []


def test_in_english(make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory) -> None:
    taken(chat_units, WATER_BILL)
    flow = make_flow(line_language="en")
    assert "Please type: Water number." in flow.say("water")
    answer = flow.say(WATER)
    assert "To pay: Water bill" in answer
    assert "Water number\n9112430446" in answer
    assert not re.search("[\u4e00-\u9fff]", answer.shown.replace("PARKA", ""))


def test_a_number_of_two_items_is_asked_about(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    taken(chat_units, WATER_BILL.replace(WATER, POWER), POWER_BILL)
    answer = flow.say(POWER)
    assert "這個號碼有幾種帳單" in answer
    assert set(answer.buttons) >= {"水費", "電費"}
    assert "1,140 元" in flow.press("電費")
    assert "280 元" in flow.press("水費", answer)


def test_a_number_nobody_has_billed_can_be_bound_as_what_it_may_be(owner: Flow) -> None:
    answer = owner.say(POWER)
    assert "不代表沒有欠費" in answer
    assert {"綁定水號", "綁定電號"} <= set(answer.buttons)
    bound = owner.press("綁定電號")
    assert "綁定完成" in bound
    assert "電號 07699050101" in bound


def test_paid_nothing_is_owed_of_it_any_longer(owner: Flow, chat_units: UnitOfWorkFactory) -> None:
    taken(chat_units, WATER_BILL)
    owner.press("儲存", owner.say(WATER))
    owner.say(WATER)
    owner.press("綁定水號")
    with chat_units() as uow:
        ledger.mark_paid(uow, [PayableKey("PARKA", PayableType.BILL, "W2026110001")], paid_at=datetime.now(UTC))
    for said in ("待繳", WATER, "水費"):
        answer = owner.say(said)
        assert "目前查無待繳水費" in answer
        assert "儲存的帳單" not in answer
        assert "綁定水號" not in answer.buttons
    assert "這筆帳單已繳清" in owner.say("W2026110001")


def test_bound_it_is_in_what_is_owed_with_the_vehicles(
    owner: Flow, chat_units: UnitOfWorkFactory, cities_in_hand: CitiesInHand, plate: str
) -> None:
    taken(chat_units, WATER_BILL)
    owner.say(WATER)
    assert "繳費提醒" in owner.press("綁定水號")
    answer = owner.say("待繳")
    assert "水費待繳" in answer
    assert "水號\n9112430446：1 筆，280 元" in answer
    assert answer.link("繳費 280 元")
    assert "280 元" in owner.say("水費")  # one's own, at once
    assert "請輸入水號" in owner.press("查其他號碼")


def test_nothing_due_is_said_only_once_its_agency_has_sent_bills(owner: Flow, chat_units: UnitOfWorkFactory) -> None:
    owner.say(WATER)
    owner.press("綁定水號")
    unknown = owner.say("待繳")
    assert "機關尚未提供帳單" in unknown
    assert "目前查無" not in unknown
    taken(chat_units, WATER_BILL.replace("open", "paid"))
    known = owner.say("待繳")
    assert "目前查無待繳水費" in known
    assert "不代表沒有欠費" not in known


def test_what_is_paid_here_is_no_longer_owed(owner: Flow, chat_units: UnitOfWorkFactory) -> None:
    taken(chat_units, WATER_BILL)
    key = PayableKey("PARKA", PayableType.BILL, "W2026110001")
    with chat_units() as uow:
        assert ledger.mark_paid(uow, [key], paid_at=datetime(2026, 11, 21, tzinfo=UTC)) == 1
    owner.say("水費")
    assert "目前查無待繳水費" in owner.say(WATER)


def test_unbinding_asks_first_and_changes_nothing_when_cancelled(owner: Flow) -> None:
    owner.say(WATER)
    owner.press("綁定水號")
    mine = owner.say("我的號碼")
    assert "水號 9112430446" in mine
    owner.press("解除綁定")
    owner.say("取消")
    assert "水號 9112430446" in owner.say("我的號碼")
    owner.press("解除綁定")
    assert "已解除綁定" in owner.press("解除綁定")
    assert "還沒有綁定號碼" in owner.say("我的號碼")
    assert "您沒有綁定這個號碼" in owner.press("解除綁定", mine)


def test_the_reminder_is_changed_and_ended(owner: Flow) -> None:
    owner.say("綁定水號")
    assert "這不像是水號" in owner.say("abc")
    owner.say(WATER)
    owner.press("更改提醒時段")
    assert "18:00–21:00" in owner.press("18:00–21:00")
    owner.press("更改提醒時段")
    assert "未申請" in owner.press("不要提醒")


def test_binding_needs_an_account_and_comes_back_from_registration(flow: Flow) -> None:
    flow.say(WATER)
    assert "同意" in flow.press("綁定水號").buttons


def test_no_more_may_be_bound_than_the_rules_let(owner: Flow, chat_units: UnitOfWorkFactory) -> None:
    most = owner.services["identifiers"].rules.most_identifiers
    with chat_units() as uow:
        uow.connection.execute(
            text("""
INSERT INTO bound_identifier (id, channel, citizen, fee_item, number)
SELECT gen_random_uuid(), :channel, :citizen, 'water', (9112430400 + n)::text FROM generate_series(1, :most) AS n
"""),
            {"channel": owner.channel, "citizen": owner.citizen, "most": most},
        )
    owner.say("綁定電號")
    assert f"最多可綁定 {most} 個號碼" in owner.say(POWER)


def test_a_bill_of_no_vehicle_is_saved_and_paid_by_itself(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    taken(chat_units, "PARKA,F115000123,,,administrative_fine,,2026-12-20,600,open")
    answer = flow.say("F115000123")
    assert "行政罰鍰待繳" in answer
    assert "車" not in answer
    assert "已儲存帳單" in flow.press("儲存", answer)
    kept = flow.say("待繳")
    assert "600 元" in kept
    assert "行政罰鍰" in kept
    assert "已不再儲存" in flow.press("不再儲存")


def test_fines_are_two_items_and_each_tells_what_it_is(flow: Flow) -> None:
    answer = flow.say("罰鍰")
    assert {"交通罰鍰", "行政罰鍰"} <= set(answer.buttons)
    assert "對罰單有疑義請先洽處罰機關" in flow.press("交通罰鍰")
    assert "用車牌查" in flow.answer.buttons
    assert "請輸入" in flow.press("用車牌查")


def test_every_item_of_the_config_is_offered_but_parking(flow: Flow) -> None:
    answer = flow.say("繳費項目")
    names = [item.name.zh for item in flow.services["fees"].items.values()]
    assert [name for name in names if name in answer.buttons] == [name for name in names if name != "停車費"]


def test_past_its_deadline_the_agency_says_what_is_owed(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    taken(chat_units, WATER_BILL.replace("2026-12-01", "2026-11-01"))
    answer = flow.say(WATER)
    assert "已過繳費期限，應繳金額請先洽" in answer
    assert not [label for label in answer.buttons if label.startswith(("繳費 ", "只繳"))]


def test_looking_numbers_up_is_limited_but_ones_own(owner: Flow) -> None:
    owner.say("綁定水號")
    owner.say(WATER)
    for nth in range(1, DAILY_LIMIT):  # binding was one
        owner.say(f"911243040{nth}")
    assert "今天的次數已用完" in owner.say("9112430499")
    assert "今天的次數已用完" in owner.send_data("tickets.again?item=water&number=9112430499")
    assert "今天的次數已用完" not in owner.say(WATER)
    assert "今天的次數已用完" not in owner.send_data(f"tickets.again?item=water&number={WATER}")


@pytest.mark.parametrize(
    "data",
    [
        "identifiers.bind",
        "identifiers.bind?item=water&number=x",
        "identifiers.bind?item=parking&number=9112430446",
        "identifiers.change?item=water&number=9112430446",
        "fee_items.show?item=nothing",
        "fee_items.bills?item=water",
        "tickets.again?item=nothing&number=" + "9" * 200,
        "pay.one?key=PARKA:bill:NOTHING",
        "saved.save?key=PARKA:bill:NOTHING",
        "store_codes.show?key=PARKA:bill:NOTHING",
    ],
)
def test_made_up_buttons_change_nothing(owner: Flow, data: str) -> None:
    assert owner.send_data(data).messages
    assert owner.services["identifiers"].of(owner._units(), owner.channel, owner.citizen) == ()
