"""註銷 as citizens live it: what ends, confirm; what is unfinished is kept to its date."""

import uuid
from collections.abc import Callable, Sequence

import pytest

from bot.outbox_rows import put
from domain.accounts import AccountState
from infra.database import UnitOfWorkFactory
from tests.bot.outgoing import notice
from tests.flow import CHANNEL, Flow
from tests.handlers.cities import CitiesInHand, bill, open_pages
from tests.handlers.leaver import bind, erase, leave, look_up, sql
from tests.handlers.newcomers import Newcomer


def leavings(units: UnitOfWorkFactory, flow: Flow) -> Sequence[uuid.UUID]:
    with units() as uow:
        return list(flow.services["leaving"].due(uow))


def test_the_first_card_tells_what_ends_and_nothing_ends_by_it(citizen: Newcomer) -> None:
    card = citizen.flow.say("註銷")
    assert "姓名、手機號碼與 E-mail 刪除" in card
    assert "鎖定" not in card
    assert card.link("撥打") == "tel:1999"
    assert "還沒有註銷" in citizen.flow.say("好")
    assert "已取消" in citizen.flow.say("取消")
    assert "較早的步驟" in citizen.flow.press("確定註銷", card)
    assert citizen.state() is AccountState.LIVE


def test_two_taps_and_the_account_is_gone(citizen: Newcomer) -> None:
    citizen.flow.say("註銷")
    assert "幾分鐘內刪除" in citizen.flow.press("確定註銷")
    assert citizen.state() is AccountState.LEAVING
    assert "已註銷" in citizen.flow.say("註銷"), "once more changes nothing"
    assert erase(citizen)
    assert citizen.state() is None
    assert citizen.flow.services["forgotten"].citizens[-1] == (CHANNEL, citizen.flow.citizen)


def test_somebody_never_registered_can_leave_too(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    stranger = Newcomer(flow, chat_units)
    flow.say("說明")
    card = flow.say("註銷")
    assert "手機號碼" not in card
    assert "聊天設定" in card
    flow.press("確定註銷")
    assert erase(stranger)
    assert sql(stranger, "SELECT 1 FROM citizen WHERE channel = :channel AND line_id = :citizen") == []


# What must be finished first

PAID_ORDER = """
WITH made AS (INSERT INTO orders (id, channel, citizen, bills, state, total, expires_at)
VALUES (gen_random_uuid(), :channel, :citizen, 'hash', :order_state, 40, now()) RETURNING id),
line AS (INSERT INTO order_line (order_id, position, agency, type, number, fee_item, plate, kind, source, amount,
pay_amount, asked_at) SELECT id, 0, 'TPE', 'bill', 'B1', 'parking', 'KLM-4321', 'car', 'city', 40, 40, now() FROM made)
INSERT INTO attempt (id, order_id, provider, trade_number, amount, fee, state, expires_at)
SELECT gen_random_uuid(), id, 'demobank', :trade, 40, 0, :attempt_state, now() FROM made RETURNING order_id, id
"""


def tried(citizen: Newcomer, order_state: str, attempt_state: str) -> tuple[uuid.UUID, uuid.UUID]:
    trade = uuid.uuid4().hex[:20]
    row = sql(citizen, PAID_ORDER, order_state=order_state, attempt_state=attempt_state, trade=trade)[0]
    return row[0], row[1]


@pytest.mark.parametrize("attempt_state", ["started", "confirming", "unknown"])
def test_a_payment_whose_end_is_not_known_is_waited_for(citizen: Newcomer, attempt_state: str) -> None:
    order_id, attempt_id = tried(citizen, "paying", attempt_state)
    assert "結果尚未確定" in citizen.flow.say("註銷")
    assert "鎖定" in citizen.flow.press("確定註銷")
    assert not erase(citizen)
    assert citizen.state() is AccountState.LEAVING
    assert "需要先註冊" in citizen.flow.say("歷程"), "locked: used for nothing else"
    sql(citizen, "UPDATE attempt SET state = 'paid' WHERE id = :id", id=attempt_id)
    sql(citizen, "UPDATE orders SET state = 'paid' WHERE id = :id", id=order_id)
    assert erase(citizen)
    kept = sql(
        citizen,
        "SELECT citizen, total, plate, number FROM orders JOIN order_line ON order_id = id WHERE id = :id",
        id=order_id,
    )
    assert kept == [(None, 40, "", "B1")], "the money stays, without the person"


def test_a_refund_is_waited_for_until_its_date_and_no_longer(citizen: Newcomer) -> None:
    order_id, attempt_id = tried(citizen, "paid", "paid")
    sql(
        citizen,
        "INSERT INTO refund_due (attempt_id, order_id, amount, reason) VALUES (:attempt, :order, 40, 'double')",
        attempt=attempt_id,
        order=order_id,
    )
    assert "要退給您" in citizen.flow.say("註銷")
    citizen.flow.press("確定註銷")
    assert not erase(citizen)
    sql(citizen, "UPDATE leaving SET keep_until = now(), asked_at = now() - interval '180 days' "
                 "WHERE citizen = :citizen")  # fmt: skip
    assert erase(citizen)
    assert sql(citizen, "SELECT count(*) FROM refund_due WHERE order_id = :id", id=order_id) == [(1,)]


def test_an_offer_nobody_tried_to_pay_goes_with_its_lines(citizen: Newcomer, cities_in_hand: CitiesInHand) -> None:
    cities_in_hand.bills = [bill()]
    look_up(citizen)
    open_pages(citizen.units, citizen.flow.citizen)
    look_up(citizen)  # and a link that is not opened
    opened = sql(citizen, "SELECT id FROM orders WHERE channel = :channel AND citizen = :citizen")
    assert opened
    leave(citizen)
    assert erase(citizen)
    for table, column in (("orders", "id"), ("order_line", "order_id"), ("order_move", "order_id")):
        count = sql(citizen, f"SELECT count(*) FROM {table} WHERE {column} = :id", id=opened[0][0])  # noqa: S608
        assert count == [(0,)], table
    assert sql(citizen, "SELECT count(*) FROM quote WHERE citizen = :citizen") == [(0,)]


def test_an_offer_with_a_store_barcode_stays_without_the_person(
    citizen: Newcomer, cities_in_hand: CitiesInHand
) -> None:
    cities_in_hand.bills = [bill()]
    look_up(citizen)
    open_pages(citizen.units, citizen.flow.citizen)
    order = sql(citizen, "SELECT id FROM orders WHERE channel = :channel AND citizen = :citizen")[0][0]
    slip = "INSERT INTO store_slip (number, collection_code, order_id, position, amount, pay_by) VALUES "
    sql(citizen, f"{slip} (:number, '6FA', :order, 0, 40, now())", number=uuid.uuid4().hex[:16], order=order)
    leave(citizen)
    assert erase(citizen)
    assert sql(citizen, "SELECT citizen FROM orders WHERE id = :id", id=order) == [(None,)]
    assert sql(citizen, "SELECT DISTINCT plate FROM order_line WHERE order_id = :id", id=order) == [("",)]


def test_last_words_go_out_before_all_is_erased(citizen: Newcomer) -> None:
    leave(citizen)
    with citizen.units() as uow:
        put(uow, notice(citizen.flow.citizen, "再見", key=f"bye:{citizen.flow.citizen}"))
    assert not erase(citizen)
    sql(citizen, "UPDATE leaving SET asked_at = now() - interval '2 hours' WHERE citizen = :citizen")
    assert erase(citizen), "LINE does not answer: erasing waits an hour, no longer"


def test_an_account_that_lives_again_is_not_erased(citizen: Newcomer) -> None:
    leave(citizen)
    sql(citizen, "UPDATE account SET state = 'live' WHERE line_id = :citizen")
    assert not erase(citizen)
    assert citizen.state() is AccountState.LIVE
    assert leavings(citizen.units, citizen.flow) == [] or citizen.state() is AccountState.LIVE
    assert sql(citizen, "SELECT 1 FROM leaving WHERE citizen = :citizen") == []
    leave(citizen)
    assert erase(citizen)


def test_leaving_ends_paperless_and_takes_nothing_from_others(
    citizen: Newcomer, make_flow: Callable[..., Flow]
) -> None:
    other = Newcomer(make_flow(), citizen.units)
    other.register()
    bind(citizen)
    bind(other)
    card = citizen.flow.say("註銷")
    assert "1 輛解除綁定" in card
    assert "1 輛恢復紙本停車單" in card
    citizen.flow.press("確定註銷")
    with citizen.units() as uow:
        assert citizen.flow.services["vehicles"].of(uow, CHANNEL, citizen.flow.citizen) == ()
        (kept,) = citizen.flow.services["vehicles"].of(uow, CHANNEL, other.flow.citizen)
    assert kept.services.paperless


def test_one_who_left_can_come_back_as_somebody_new(citizen: Newcomer) -> None:
    leave(citizen)
    assert erase(citizen)
    citizen.flow.forget_dialog()
    citizen.flow.say("我的資料")
    assert "還沒有註冊" in citizen.flow.answer


def test_in_english(make_flow: Callable[..., Flow]) -> None:
    flow = make_flow(line_language="en")
    assert "cannot be undone" in flow.say("delete")
    assert "erased within some minutes" in flow.press("Delete for good")
