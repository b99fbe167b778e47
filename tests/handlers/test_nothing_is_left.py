"""Nothing of one who left is left: every table is looked through."""

import uuid
from collections.abc import Callable

from sqlalchemy import text

from bot.outbox_rows import put
from domain.accounts import AccountState
from domain.paidrecords import Chosen
from infra.database import UnitOfWorkFactory
from services.holdings import PARTS
from services.holdings_of_nobody import NOBODYS
from tests.accounts import deliver
from tests.bot.outgoing import notice
from tests.flow import CHANNEL, Flow
from tests.handlers.cities import CitiesInHand, bill, open_pages
from tests.handlers.leaver import PLATE, bind, erase, leave, look_up, sql
from tests.handlers.newcomers import Newcomer

QUEUE = "procrastinate_"


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
FROM pass_round WHERE lot = 'L1'
"""


# What staff say, and the name LINE gives a photo, may be anything.
QUALIFICATION = """
WITH made AS (
    INSERT INTO qualification (id, entry_id, state, reason)
    SELECT gen_random_uuid(), id, 'more', citizen FROM pass_entry WHERE citizen = :citizen RETURNING id, reason
)
INSERT INTO qualification_photo (id, qualification_id, message_id) SELECT gen_random_uuid(), id, reason FROM made
"""


def use_everything(each: Newcomer) -> None:
    """What a citizen leaves behind by using the service."""
    bind(each)
    look_up(each)
    open_pages(each.units, each.flow.citizen)
    with each.units() as uow:
        each.flow.services["downloads"].make(uow, CHANNEL, each.flow.citizen)
        each.flow.services["record_files"].make(uow, CHANNEL, each.flow.citizen, Chosen(plate=PLATE))
        put(uow, notice(each.flow.citizen, PLATE, key=f"test:{each.flow.citizen}"))
    record_event(each)
    sql(each, "INSERT INTO plate_report (id, channel, citizen, plate, kind) "
              "VALUES (gen_random_uuid(), :channel, :citizen, 'X', 'car')")  # fmt: skip
    sql(each, "INSERT INTO lookup_promise (id, channel, citizen, plate, kind, cities) "
              "VALUES (gen_random_uuid(), :channel, :citizen, :plate, 'car', '{}')", plate=PLATE)  # fmt: skip
    sql(each, "INSERT INTO notice_settings (channel, citizen) VALUES (:channel, :citizen)")
    sql(each, "INSERT INTO told_fact (channel, citizen, fact) VALUES (:channel, :citizen, 'overdue:TPE:bill:B1')")
    sql(each, "INSERT INTO given_slip (channel, citizen, number) VALUES (:channel, :citizen, 'B1')")
    sql(each, "INSERT INTO bill_news (channel, citizen) VALUES (:channel, :citizen)")
    sql(each, "INSERT INTO bound_identifier (id, channel, citizen, fee_item, number) "
              "VALUES (gen_random_uuid(), :channel, :citizen, 'water', '9112430446')")  # fmt: skip
    sql(each, "INSERT INTO person_link (id, channel, citizen, language) "
              "VALUES (gen_random_uuid(), :channel, :citizen, 'zh-TW')")  # fmt: skip
    sql(each, "INSERT INTO thread (id, channel, citizen) VALUES (gen_random_uuid(), :channel, :citizen)")
    sql(each, "INSERT INTO menu_link (channel, line_id, alias, menu_id) VALUES (:channel, :citizen, 'a', 'm')")
    sql(each, "INSERT INTO member_link (channel, citizen, agency, member_hash) "
              "VALUES (:channel, :citizen, 'TPE', gen_random_uuid()::text::bytea)")  # fmt: skip
    sql(each, "INSERT INTO autopay_reminder (binding_id, asked_at, remind_at) "
              "SELECT id, now(), now() FROM binding WHERE channel = :channel AND citizen = :citizen")  # fmt: skip


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
        use_everything(each)
    sql(citizen, LOT_AND_ROUND)
    for number, each in enumerate((citizen, other)):
        sql(each, ENTRY, number=number, plate=f"AAA-000{number}")
        sql(each, QUALIFICATION)
        sql(
            each, "INSERT INTO favourite_lot (channel, citizen, lot) SELECT :channel, :citizen, number FROM lot LIMIT 1"
        )
    deliver(citizen.units, flow.services)
    before = everything(citizen.units)
    holding = {table.removeprefix("public.") for table, rows in before.items() if flow.citizen in rows}
    by_other_ids = {"account_history", "takeover", "order_line", "saved_bill", "autopay_reminder"}
    named = {part.table for part in PARTS if part.erase} - by_other_ids
    named -= {"thread_message", "thread_photo"}  # know their thread only; tests/desk/test_forgetting.py
    named -= {"refund_account"}  # knows its refund only; tests/downloads/test_refund_account.py
    assert named <= holding, "the test leaves something in each of them"

    leave(citizen)
    sql(citizen, "UPDATE outbound_message SET ended_at = now(), outcome = 'pushed' WHERE lane = :citizen")
    assert not erase(citizen), "LINE still shows a menu of their own"
    sql(citizen, "DELETE FROM menu_link WHERE channel = :channel AND line_id = :citizen")
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


def record_event(citizen: Newcomer) -> None:
    sql(
        citizen,
        "INSERT INTO inbound_event (event_id, channel, lane, happened_at, payload, done_at, dialog_state, message_id) "
        "VALUES (:id, :channel, :citizen, 0, :payload, now(), 'state', 'm')",
        id=uuid.uuid4().hex,
        payload=citizen.flow.citizen.encode(),
    )
