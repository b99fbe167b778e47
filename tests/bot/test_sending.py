"""The outbox: an answer arrives once, whatever LINE does to it."""

from typing import Any

import pytest

from bot.conversation import Conversation, Done, Outcome, entry
from bot.outbox_rows import put
from bot.triggers import Words
from bot.turn import Turn
from infra.database import UnitOfWorkFactory
from tests.bot.outgoing import notice
from tests.bot.running import eventually
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
