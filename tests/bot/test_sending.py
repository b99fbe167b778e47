"""The outbox: an answer arrives once, whatever LINE does to it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis as redis_client
from sqlalchemy import text

from bot.conversation import Conversation, Done, Outcome, entry
from bot.messenger import Verdict, verdict
from bot.outbox import RATE_SECONDS, RATES
from bot.outbox_rows import put
from bot.outbox_statements import FIND
from bot.triggers import Words
from bot.turn import Turn
from domain.notices import Topic
from domain.ports.sending import Ruling
from infra.database import UnitOfWorkFactory
from infra.pace import Pace
from services.last_look import Eligibility
from tests.bot.outgoing import notice
from tests.bot.running import BOT, eventually
from tests.bot.talkers import Echo, Start, rows
from tests.fakes.line import FakeLine, Fault

pytestmark = pytest.mark.slow  # whole pumps at work


@pytest.mark.parametrize("fault", [fault for fault in Fault if not fault.value.startswith("silent")])
def test_an_answer_arrives_once_whatever_line_does_to_the_first_try(
    start: Start, line: FakeLine, fault: Fault, database_url: str
) -> None:
    worker = start(Echo())
    citizen = line.user()
    worker.receive(line.events.text(citizen, "e0"))
    eventually(lambda: worker.texts(citizen) == ["e0"])
    line.faults.strike_next(fault, fault, path="/message/")
    worker.receive(line.events.text(citizen, "e1"))
    worker.receive(line.events.text(citizen, "e2"))
    eventually(lambda: worker.texts(citizen)[2:3] == ["e2"])
    eventually(lambda: rows(database_url, "SELECT 1 FROM outbound_message WHERE ended_at IS NULL") == [])
    assert worker.texts(citizen) == ["e0", "e1", "e2"]


def test_a_reply_after_its_time_becomes_a_push_under_one_retry_key(
    start: Start, line: FakeLine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = start(Echo())
    citizen = line.user()
    event = line.events.text(citizen, "e1")
    event["replyToken"] = "never-issued"
    line.faults.strike_next(Fault.DROP_AFTER, Fault.ERROR_AFTER, path="/message/push")
    worker.receive(event)
    eventually(lambda: rows(database_url, "SELECT outcome FROM outbound_message") == [("duplicate",)])
    assert worker.texts(citizen) == ["e1"]
    assert {delivery.kind for delivery in line.deliveries(citizen)} == {"push"}


def test_what_line_refuses_is_said_in_words(start: Start, line: FakeLine, database_url: str) -> None:
    class Broken(Conversation[Any]):
        key = "broken"
        triggers = (Words("broken"),)

        @entry
        def begin(self, turn: Turn[Any]) -> Outcome:
            return Done(
                {"type": "flex", "altText": "您有 2 筆", "contents": {"type": "bubble", "body": {"type": "no"}}}
            )

    worker = start(Broken())
    citizen = line.user()
    worker.receive(line.events.text(citizen, "broken"))
    eventually(lambda: worker.texts(citizen) == ["您有 2 筆"])
    outcomes = rows(database_url, "SELECT outcome FROM outbound_message ORDER BY seq")
    eventually(lambda: outcomes[0] == ("refused",))


def test_a_notice_goes_once_per_key_and_never_holds_up_an_answer(
    start: Start, line: FakeLine, uow: UnitOfWorkFactory
) -> None:
    worker = start(Echo())
    citizen = line.user()
    worker.receive(line.events.text(citizen, "e0"))
    eventually(lambda: worker.texts(citizen) == ["e0"])
    line.faults.shares, line.faults.only = {Fault.ERROR: 1.0}, "/message/push"
    for _ in range(2):
        with uow() as unit:
            put(unit, notice(citizen, "notice", key="bill:1"))
    worker.outbox.wake()
    worker.receive(line.events.text(citizen, "e1"))
    eventually(lambda: worker.texts(citizen) == ["e0", "e1"])
    line.faults.clear()
    eventually(lambda: worker.texts(citizen) == ["e0", "e1", "notice"])


def test_an_outage_of_line_is_outlived(start: Start, line: FakeLine, database_url: str) -> None:
    worker = start(Echo())
    citizens = [line.user() for _ in range(5)]
    line.faults.outage(0.5)
    for citizen in citizens:
        worker.receive(line.events.text(citizen, "e1"))
    for citizen in citizens:
        eventually(lambda citizen=citizen: worker.texts(citizen) == ["e1"])
    eventually(lambda: rows(database_url, "SELECT DISTINCT outcome FROM outbound_message") == [("replied",)])


def ended(database_url: str) -> bool:
    return rows(database_url, "SELECT 1 FROM outbound_message WHERE ended_at IS NULL") == []


def said(database_url: str) -> list[str]:
    found = rows(database_url, "SELECT outcome FROM outbound_message ORDER BY seq")
    return [outcome for (outcome,) in found]


def test_what_many_are_told_is_one_call_and_arrives_once_whatever_line_does(
    start: Start, line: FakeLine, uow: UnitOfWorkFactory, database_url: str
) -> None:
    worker = start()
    people = [line.user() for _ in range(20)]
    know(uow, people)
    line.faults.strike_next(Fault.ERROR, Fault.DROP_AFTER, Fault.RATE, path="/multicast")
    with uow() as unit:
        put(unit, notice("", "公告", recipients=people, topic=Topic.FLOOD))
    worker.outbox.wake()
    eventually(lambda: ended(database_url))
    assert [worker.texts(citizen) for citizen in people] == [["公告"]] * 20
    assert said(database_url) == ["duplicate"]
    assert rows(database_url, "SELECT recipients FROM outbound_message") == [(None,)]


def test_one_whom_line_does_not_know_keeps_nobody_from_their_notice(
    start: Start, line: FakeLine, uow: UnitOfWorkFactory, database_url: str
) -> None:
    worker = start()
    stranger, people = "U" + "f" * 32, [line.user() for _ in range(3)]
    know(uow, [stranger, *people])
    with uow() as unit:
        put(unit, notice("", "公告", recipients=[people[0], stranger, *people[1:]], topic=Topic.FLOOD))
    worker.outbox.wake()
    eventually(lambda: ended(database_url))
    assert [worker.texts(citizen) for citizen in people] == [["公告"]] * 3
    assert sorted(said(database_url)) == ["pushed", "pushed", "pushed", "singly", "unreachable"]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, "The API rate limit has been exceeded. Try again later.", Verdict.RATE),
        (429, "You have reached your monthly limit.", Verdict.QUOTA),
        (429, "Too many concurrent requests", Verdict.BUSY),
        (400, "Failed to send messages", Verdict.UNREACHABLE),
        (400, "The property, to[1], in the request body is invalid (line: -, column: -)", Verdict.RECIPIENTS),
        (400, "The request body has 1 error(s)", Verdict.REFUSED),
        (400, "Invalid reply token", Verdict.INVALID_TOKEN),
        (409, "The retry key is already accepted", Verdict.DUPLICATE),
        (401, "", Verdict.DENIED),
        (500, "", Verdict.UNCLEAR),
        (200, "{}", Verdict.ACCEPTED),
    ],
)
def test_what_lines_answers_mean(status: int, body: str, expected: Verdict) -> None:
    assert verdict(status, body) is expected


def test_a_month_that_is_used_up_is_not_tried_again(
    start: Start, line: FakeLine, uow: UnitOfWorkFactory, database_url: str
) -> None:
    worker = start()
    citizen = line.user()
    line.platform.quota.limit = 0
    with uow() as unit:
        put(unit, notice(citizen, "x"))
    worker.outbox.wake()
    eventually(lambda: said(database_url) == ["quota"])
    assert line.calls[("POST", "/v2/bot/message/push", 429)] == 1


def test_an_exceeded_rate_makes_all_workers_wait(
    start: Start, line: FakeLine, uow: UnitOfWorkFactory, database_url: str, redis: redis_client.Redis
) -> None:
    worker = start()
    line.faults.strike_next(Fault.RATE, path="/push")
    with uow() as unit:
        put(unit, notice(line.user(), "x"))
    worker.outbox.wake()
    eventually(lambda: Pace(redis, RATES).book({"push": 1})["push"] > RATE_SECONDS / 2)
    eventually(lambda: said(database_url) == ["pushed"])


def test_a_key_that_line_has_forgotten_is_given_up_with_its_reason(
    start: Start, line: FakeLine, uow: UnitOfWorkFactory, database_url: str
) -> None:
    citizen = line.user()
    with uow() as unit:
        put(unit, notice(citizen, "x"))
        unit.connection.execute(
            text("UPDATE outbound_message SET attempts = 9, first_push_at = now() - interval '24 hours 1 minute'")
        )
    start().outbox.wake()
    eventually(lambda: said(database_url) == ["expired"])
    assert line.deliveries(citizen) == []


def test_of_much_that_waits_what_matters_goes_first(uow: UnitOfWorkFactory, database_url: str) -> None:
    topics = [Topic.NEWS, Topic.OVERDUE, Topic.DRAW, Topic.OWN_ACT, Topic.FLOOD]
    with uow() as unit:
        for topic in topics:
            put(unit, notice(f"U{topic}", "x", topic=topic))
    with uow() as unit:
        find = FIND.format(table="outbound_message", waiting="ended_at IS NULL")
        for look, expected in ((1, {"Uflood"}), (3, {"Uflood", "Udraw", "Uown_act"}), (9, {f"U{t}" for t in topics})):
            found = unit.driver.execute(find.encode(), {"in_hand": [], "look": look, "lock": 7_002}).fetchall()
            assert {row[1] for row in found} == expected
        unit.connection.execute(text("SELECT pg_advisory_unlock_all()"))


def test_a_notice_put_off_until_the_morning_was_not_attempted(
    start: Start, line: FakeLine, uow: UnitOfWorkFactory, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = start()
    morning = datetime.now(UTC) + timedelta(hours=3)
    monkeypatch.setattr(Eligibility, "sift", lambda _self, _connection, ids: dict.fromkeys(ids, Ruling(until=morning)))
    with uow() as unit:
        put(unit, notice(line.user(), "x", topic=Topic.OVERDUE))
    worker.outbox.wake()
    state = "SELECT attempts, first_push_at, ended_at FROM outbound_message WHERE next_attempt_at > now()"
    eventually(lambda: rows(database_url, state) == [(0, None, None)])


def know(uow: UnitOfWorkFactory, people: Sequence[str]) -> None:
    """As citizens who have written."""
    with uow() as unit:
        for citizen in people:
            values = {"bot": BOT, "who": citizen}
            unit.connection.execute(
                text("INSERT INTO citizen (channel, line_id, language) VALUES (:bot, :who, 'zh-TW')"), values
            )
