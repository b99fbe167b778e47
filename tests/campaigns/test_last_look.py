"""Looked at once more when it is claimed: what has changed meanwhile is seen, by the pump that sends."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from bot.outbox import FAILED
from bot.outbox_rows import put
from domain.notices import Channel, Topic
from domain.ports.notices import Letter
from domain.ports.sending import Ruling
from services import halts
from services.failed_notices import BY_SMS_INSTEAD, FailedNotices
from services.last_look import LOOK_AGAIN
from tests.accounts import deliver
from tests.bot.outgoing import notice
from tests.bot.running import BOT
from tests.campaigns.town import Town

DAY = datetime(2026, 7, 15, 6, 0, tzinfo=UTC)  # 14:00 in Taiwan


@pytest.fixture
def connection(database_url: str) -> Iterator[Any]:
    """As the outbox pump has it."""
    with psycopg.connect(database_url, autocommit=True) as opened:
        yield opened


@pytest.fixture(autouse=True)
def by_day(town: Town) -> None:
    town.clock.set(DAY)


def post(town: Town, citizen: str, topic: Topic, *about: uuid.UUID) -> uuid.UUID:
    """A notice of this topic in the outbox, planned as any other; its message."""
    letter = Letter(BOT, citizen, f"key:{citizen}:{topic}:{len(about)}", about=about)
    message_id = uuid.uuid4()
    with town.units() as uow:
        (going,) = town.planning.plan(uow, topic, [letter])
        town.planning.keep(uow, "bills_due", topic, [(going, message_id)])
        put(uow, notice(citizen, "您有 1 筆停車費待繳", topic=topic, message_id=message_id))
    return message_id


def post_many(town: Town, people: list[str], topic: Topic = Topic.NEWS) -> uuid.UUID:
    message_id = uuid.uuid4()
    with town.units() as uow:
        going = town.planning.plan(uow, topic, [Letter(BOT, who, f"many:{who}") for who in people])
        town.planning.keep(uow, "announcement", topic, [(one, message_id) for one in going])
        put(uow, notice("", "公告", recipients=people, topic=topic, message_id=message_id))
    town.run("UPDATE outbound_message SET attempts = 1")  # as it is when it has just been claimed
    return message_id


CHANGES = {
    "blocked": "UPDATE citizen SET blocked_at = now() WHERE line_id = :who",
    "turned_off": "INSERT INTO notice_settings (channel, citizen, turned_off) SELECT channel, line_id, :topics "
    "FROM citizen WHERE line_id = :who",
    "left": "DELETE FROM citizen WHERE line_id = :who",
    "unbound": "DELETE FROM binding WHERE citizen = :who",
}


@pytest.mark.parametrize("why", list(CHANGES))
@pytest.mark.parametrize("topic", [Topic.OVERDUE, Topic.DRAW, Topic.OWN_ACT])
def test_what_has_changed_since_it_was_posted(town: Town, connection: Any, why: str, topic: Topic) -> None:
    changed, other = town.person(), town.person()
    vehicles = {who: town.bind(who) for who in (changed, other)}
    messages = {who: post(town, who, topic, vehicles[who]) for who in (changed, other)}
    values = {"topics": [topic.value]} if why == "turned_off" else {}
    town.run(CHANGES[why], who=changed, **values)
    rulings = town.last_look.sift(connection, list(messages.values()))
    must_go = (why in ("turned_off", "left") and topic is not Topic.OVERDUE) or (
        why == "blocked" and topic is Topic.OWN_ACT
    )
    assert rulings == ({} if must_go else {messages[changed]: Ruling(why)})
    failed = town.rows("SELECT failed FROM notice WHERE citizen = :who", who=changed)
    assert failed == [(None if must_go else why,)]


def test_one_who_has_left_and_waits_to_be_erased_gets_nothing_they_could_do_without(
    town: Town, connection: Any
) -> None:
    leaver = town.person(registered=True)
    message = post(town, leaver, Topic.OVERDUE)
    town.run("UPDATE account SET state = 'leaving'")
    assert town.last_look.sift(connection, [message]) == {message: Ruling("left")}


def test_a_bill_needs_all_its_vehicles_and_a_flood_notice_one(town: Town, connection: Any) -> None:
    who = town.person()
    kept, sold = town.bind(who), town.bind(who)
    bills, flood = post(town, who, Topic.OVERDUE, kept, sold), post(town, who, Topic.FLOOD, kept, sold)
    assert town.last_look.sift(connection, [bills, flood]) == {}
    town.run("DELETE FROM binding WHERE id = :id", id=sold)
    assert town.last_look.sift(connection, [bills, flood]) == {bills: Ruling("unbound")}
    town.run("DELETE FROM binding")
    assert town.last_look.sift(connection, [flood]) == {flood: Ruling("unbound")}


def test_a_plate_bound_again_is_another_binding(town: Town, connection: Any) -> None:
    who = town.person()
    message = post(town, who, Topic.OVERDUE, town.bind(who))
    town.run("UPDATE binding SET id = gen_random_uuid()")
    assert town.last_look.sift(connection, [message]) == {message: Ruling("unbound")}


def test_what_is_late_waits_for_the_morning_and_a_flood_does_not(town: Town, connection: Any) -> None:
    who = town.person()
    bills, result = post(town, who, Topic.OVERDUE), post(town, who, Topic.DRAW)
    flood, receipt = post(town, who, Topic.FLOOD), post(town, who, Topic.OWN_ACT)
    town.clock.set(datetime(2026, 7, 15, 13, 0, tzinfo=UTC))  # 21:00
    morning = Ruling(until=datetime(2026, 7, 16, 0, 0, tzinfo=UTC))
    found = town.last_look.sift(connection, [bills, result, flood, receipt])
    assert found == {bills: morning, result: morning}
    town.clock.set(datetime(2026, 7, 16, 0, 0, tzinfo=UTC))
    assert town.last_look.sift(connection, [bills, result, flood, receipt]) == {}


def test_a_multicast_goes_to_who_is_left_and_from_then_on_to_exactly_these(town: Town, connection: Any) -> None:
    people = [town.person() for _ in range(5)]
    message = post_many(town, people)
    town.run(CHANGES["blocked"], who=people[1])
    town.run(CHANGES["turned_off"], who=people[3], topics=["news"])
    left = [people[0], people[2], people[4]]
    assert town.last_look.sift(connection, [message]) == {message: Ruling(to=left)}
    assert town.rows("SELECT recipients FROM outbound_message") == [(left,)]
    reasons = town.rows("SELECT citizen, failed FROM notice WHERE failed IS NOT NULL ORDER BY citizen")
    assert reasons == [(people[1], "blocked"), (people[3], "turned_off")]
    town.run(CHANGES["blocked"], who=people[0])
    town.run("UPDATE outbound_message SET attempts = 2")
    assert town.last_look.sift(connection, [message]) == {}, "LINE must see the same body under the same key"


def test_a_multicast_that_nobody_is_left_of(town: Town, connection: Any) -> None:
    message = post_many(town, [town.person(), town.person()])
    town.run("UPDATE citizen SET blocked_at = now()")
    assert town.last_look.sift(connection, [message]) == {message: Ruling("nobody")}


@pytest.mark.parametrize("why", sorted(BY_SMS_INSTEAD))
def test_an_sms_goes_where_line_did_not_reach(town: Town, connection: Any, why: str) -> None:
    who = town.person(registered=True)
    message = post(town, who, Topic.OVERDUE)
    town.last_look.failed(connection, {message: why})
    failed = FailedNotices(town.planning, town.clock)
    assert failed.settle(town.units) == 1
    assert [sms.text for sms in deliver(town.units, town.services)] == ["停車通：您有 1 筆停車費待繳"]
    assert failed.settle(town.units) == 0
    remembered = town.rows("SELECT blocked_at IS NOT NULL FROM citizen")
    assert remembered == [(why == "unreachable",)]


@pytest.mark.parametrize(
    ("why", "topic"), [("unbound", Topic.OVERDUE), ("left", Topic.OVERDUE), ("blocked", Topic.NEWS)]
)
def test_no_sms_for_what_is_rightly_not_sent(town: Town, connection: Any, why: str, topic: Topic) -> None:
    who = town.person(registered=True)
    town.last_look.failed(connection, {post(town, who, topic): why})
    assert FailedNotices(town.planning, town.clock).settle(town.units) == 1
    assert deliver(town.units, town.services) == []


def test_by_both_channels_there_is_an_sms_already(town: Town, connection: Any) -> None:
    who = town.person(registered=True, told_by=Channel.BOTH)
    message = post(town, who, Topic.OVERDUE)
    town.run("UPDATE notice SET sms_id = gen_random_uuid()")
    town.last_look.failed(connection, {message: "blocked"})
    FailedNotices(town.planning, town.clock).settle(town.units)
    assert deliver(town.units, town.services) == []


def test_facts_of_a_notice_about_a_vehicle_that_was_sold_are_told_again(town: Town, connection: Any) -> None:
    who = town.person()
    message = post(town, who, Topic.OVERDUE, town.bind(who))
    key = town.rows("SELECT dedupe_key FROM notice")[0][0]
    for fact, by in (("this", key), ("another", "due:other")):
        town.run(
            "INSERT INTO told_fact (channel, citizen, fact, notice) VALUES (:bot, :who, :fact, :by)",
            bot=BOT,
            who=who,
            fact=fact,
            by=by,
        )
    town.last_look.failed(connection, {message: "unbound"})
    FailedNotices(town.planning, town.clock).settle(town.units)
    assert town.rows("SELECT fact FROM told_fact") == [("another",)]


@pytest.mark.parametrize("why", ["turned_off", "left", "unbound"])
def test_an_sms_that_waits_is_looked_at_too(town: Town, why: str) -> None:
    changed, other = (town.person(registered=True, told_by=Channel.SMS) for _ in range(2))
    for who in (changed, other):
        letter = Letter(BOT, who, f"sms:{who}", about=(town.bind(who),))
        with town.units() as uow:
            (going,) = town.planning.plan(uow, Topic.OVERDUE, [letter])
            town.planning.keep(uow, "bills_due", Topic.OVERDUE, [(going, None)])
            town.planning.by_sms(uow, Topic.OVERDUE, going, f"給 {who}")
    if why == "turned_off":
        town.run("UPDATE notice_settings SET turned_off = '{overdue}' WHERE citizen = :who", who=changed)
    elif why == "left":
        town.run("UPDATE account SET state = 'leaving' WHERE line_id = :who", who=changed)
    else:
        town.run(CHANGES["unbound"], who=changed)
    assert [sms.text for sms in deliver(town.units, town.services)] == [f"給 {other}"]
    assert town.rows("SELECT state, cause, body FROM sms_message WHERE citizen = :who", who=changed) == [
        ("refused", why, None)
    ]
    assert town.rows("SELECT citizen, failed FROM notice WHERE failed IS NOT NULL") == [(changed, why)]


def test_every_end_that_line_makes_is_known_to_what_follows() -> None:
    assert FAILED <= BY_SMS_INSTEAD


def test_while_pushes_are_stopped_every_notice_waits(town: Town, connection: Any) -> None:
    who = town.person()
    messages = [post(town, who, topic) for topic in (Topic.OWN_ACT, Topic.FLOOD, Topic.DRAW)]
    with town.units() as uow:
        halts.stop(uow, halts.PUSHES, zh="系統維護", en="Maintenance", staff="anna")
    held = Ruling(until=DAY + LOOK_AGAIN)
    assert town.last_look.sift(connection, messages) == dict.fromkeys(messages, held)
    with town.units() as uow:
        assert halts.resume(uow, halts.PUSHES, staff="anna")
    assert town.last_look.sift(connection, messages) == {}
