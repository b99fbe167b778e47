"""註銷 as citizens live it: what ends, confirm; what is unfinished is kept to its date; nothing of them is left."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import text

from bot.outbox_rows import post
from domain.accounts import AccountState
from infra.database import UnitOfWorkFactory
from services.holdings import NOBODYS, PARTS
from tests.accounts import deliver
from tests.flow import CHANNEL, Flow
from tests.handlers.cities import CitiesInHand, bill
from tests.handlers.test_registration import Newcomer

PLATE = "KLM-4321"
QUEUE = "procrastinate_"


@pytest.fixture
def citizen(flow: Flow, chat_units: UnitOfWorkFactory) -> Newcomer:
    """Somebody who has registered."""
    newcomer = Newcomer(flow, chat_units)
    newcomer.register("歐陽測試")
    return newcomer


def leave(citizen: Newcomer) -> None:
    citizen.flow.say("註銷")
    citizen.flow.press("確定註銷")


def leavings(units: UnitOfWorkFactory, flow: Flow) -> Sequence[uuid.UUID]:
    with units() as uow:
        return list(flow.services["leaving"].due(uow))


def erase(citizen: Newcomer) -> bool:
    """Run the job of the one leaving that is open and this citizen's."""
    with citizen.units() as uow:
        query = text("SELECT id FROM leaving WHERE channel = :channel AND citizen = :citizen AND ended_at IS NULL")
        leaving_id = uow.connection.execute(query, {"channel": CHANNEL, "citizen": citizen.flow.citizen}).scalar_one()
    done: bool = citizen.flow.services["leaving"].erase(citizen.units, leaving_id)
    return done


def sql(citizen: Newcomer, statement: str, **values: Any) -> Any:
    with citizen.units() as uow:
        given = {"channel": CHANNEL, "citizen": citizen.flow.citizen, **values}
        result = uow.connection.execute(text(statement), given)
        return result.all() if result.returns_rows else None


def everything(units: UnitOfWorkFactory) -> dict[str, str]:
    """Every row of every table as text, bytes as hexadecimal and as what they spell."""
    found = {}
    with units() as uow:
        tables = uow.connection.execute(
            text(
                "SELECT table_schema || '.' || quote_ident(table_name) FROM information_schema.tables "
                "WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
            )
        ).scalars()
        for table in tables.all():
            rows = uow.connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
            spelled = [
                value.tobytes().decode("utf-8", "replace") if isinstance(value, memoryview)
                else value.decode("utf-8", "replace") if isinstance(value, bytes)
                else str(value)
                for row in rows
                for value in row
            ]  # fmt: skip
            found[table] = "\n".join(spelled)
    return found


def test_every_table_says_what_it_holds_of_a_person(chat_units: UnitOfWorkFactory) -> None:
    declared = {part.table for part in PARTS} | set(NOBODYS)
    there = {name.removeprefix("public.") for name in everything(chat_units)}
    of_the_queue = {name for name in there if name.startswith(QUEUE)} | {"alembic_version"}
    assert there - of_the_queue - declared == set(), "a new table: declare it in services/holdings.py"
    assert declared - there == set()


def test_every_column_that_names_a_person_is_erased_or_emptied(chat_units: UnitOfWorkFactory) -> None:
    with chat_units() as uow:
        query = (
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND column_name IN ('line_id', 'citizen', 'lane')"
        )
        named = set(uow.connection.execute(text(query)).scalars())
    erased = {part.table for part in PARTS if part.erase}
    assert named - erased == {"leaving"}


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


LOT_AND_ROUND = """
WITH made AS (INSERT INTO lot (number, name, district, village, address) VALUES ('L1', 'L', 'D', 'V', 'A'))
INSERT INTO pass_round (id, draw_id, lot, kind, pass_type, month, starts_on, ends_on, opens_at, closes_at, draw_at,
    pay_by, steps, registration_limit)
VALUES (gen_random_uuid(), '2030-01/L1/car/all-day', 'L1', 'car', 'all-day', '2030-01', '2030-01-01', '2030-01-31',
    now(), now() + interval '1 day', now() + interval '2 days', now() + interval '3 days', '*\\:1', 6)
"""
ENTRY = """
INSERT INTO pass_entry (id, round_id, entry_no, log_index, commitment, pool, plan, plate, compact, channel, citizen,
    preference, applied_at)
SELECT gen_random_uuid(), id, CAST(:number AS text), :number, CAST(:number AS text), 'G',
    'general', :plate, :plate, :channel, :citizen, 1, now()
FROM pass_round
"""


def test_the_database_holds_nothing_of_one_who_left(
    citizen: Newcomer, make_flow: Callable[..., Flow], cities_in_hand: CitiesInHand
) -> None:
    """Everything a citizen can leave behind, then every table, Redis's key and the copies of messages."""
    cities_in_hand.bills = [bill()]
    flow, other = citizen.flow, Newcomer(make_flow(), citizen.units)
    other.register("陳留下")
    with citizen.units() as uow:
        flow.services["accounts"].correct_email(uow, account_id(citizen), "left@example.com")
    for each in (citizen, other):
        bind(each)
        look_up(each)
        with citizen.units() as uow:
            flow.services["downloads"].make(uow, CHANNEL, each.flow.citizen)
            post(uow, CHANNEL, each.flow.citizen, [{"type": "text", "text": PLATE}], f"test:{each.flow.citizen}")
        record_event(each)
        sql(each, "INSERT INTO plate_report (id, channel, citizen, plate, kind) "
                  "VALUES (gen_random_uuid(), :channel, :citizen, 'X', 'car')")  # fmt: skip
        sql(each, "INSERT INTO lookup_promise (id, channel, citizen, plate, kind, cities) "
                  "VALUES (gen_random_uuid(), :channel, :citizen, :plate, 'car', '{}')", plate=PLATE)  # fmt: skip
    sql(citizen, LOT_AND_ROUND)
    for number, each in enumerate((citizen, other)):
        sql(each, ENTRY, number=number, plate=f"AAA-000{number}")
    deliver(citizen.units, flow.services)
    before = everything(citizen.units)
    holding = {table.removeprefix("public.") for table, rows in before.items() if flow.citizen in rows}
    named = {part.table for part in PARTS if part.erase} - {"account_history", "takeover", "order_line", "saved_bill"}
    assert named <= holding, "the test leaves something in each of them"

    leave(citizen)
    sql(citizen, "UPDATE outbound_message SET ended_at = now(), outcome = 'pushed' WHERE lane = :citizen")
    assert erase(citizen)

    after = everything(citizen.units)
    personal = [flow.citizen, citizen.mobile, "歐陽測試", "left@example.com", *ciphertexts(before, after)]
    leaks = {(table, one) for table, rows in after.items() for one in personal if one in rows}
    assert leaks == set()
    assert other.state() is AccountState.LIVE
    assert other.flow.citizen in after["public.binding"]
    assert other.flow.citizen in after["public.orders"]


def ciphertexts(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Nothing of the account table that was there and is there no longer may live on elsewhere."""
    gone = set(before["public.account"].split("\n")) - set(after["public.account"].split("\n"))
    return [value for value in gone if len(value) > 20 and "+00:00" not in value]


def account_id(citizen: Newcomer) -> uuid.UUID:
    with citizen.units() as uow:
        found: uuid.UUID = citizen.flow.services["accounts"].require(uow, CHANNEL, citizen.flow.citizen).id
        return found


def bind(citizen: Newcomer) -> None:
    from domain.bindings import Services, Vehicle
    from domain.plates import Plate
    from domain.slots import Slot
    from domain.vehicles import VehicleKind

    with citizen.units() as uow:
        services = Services(reminder=Slot.parse("13-18"), paperless=True)
        vehicle = Vehicle(Plate(PLATE), VehicleKind.CAR)
        citizen.flow.services["vehicles"].bind(uow, CHANNEL, citizen.flow.citizen, vehicle, services)


def look_up(citizen: Newcomer) -> None:
    citizen.flow.say(PLATE)
    if "汽車" in citizen.flow.answer.buttons:
        citizen.flow.press("汽車")


def record_event(citizen: Newcomer) -> None:
    sql(
        citizen,
        "INSERT INTO inbound_event (event_id, channel, lane, happened_at, payload, done_at, dialog_state, message_id) "
        "VALUES (:id, :channel, :citizen, 0, :payload, now(), 'state', 'm')",
        id=uuid.uuid4().hex,
        payload=citizen.flow.citizen.encode(),
    )


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
    opened = sql(citizen, "SELECT id FROM orders WHERE channel = :channel AND citizen = :citizen")
    assert opened
    leave(citizen)
    assert erase(citizen)
    for table, column in (("orders", "id"), ("order_line", "order_id"), ("order_move", "order_id")):
        count = sql(citizen, f"SELECT count(*) FROM {table} WHERE {column} = :id", id=opened[0][0])  # noqa: S608
        assert count == [(0,)], table


def test_last_words_go_out_before_all_is_erased(citizen: Newcomer) -> None:
    leave(citizen)
    with citizen.units() as uow:
        post(uow, CHANNEL, citizen.flow.citizen, [{"type": "text", "text": "再見"}], f"bye:{citizen.flow.citizen}")
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
