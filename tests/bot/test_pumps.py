"""Nothing lost, nothing twice, in order: the inbox on real stores and the strict fake of LINE."""

import time
from typing import Any

import psycopg
import pytest

import bot.inbox
import bot.outbox
from bot.dialog import Dialog
from domain.reader import Display, Language
from tests.bot.running import BOT, eventually
from tests.bot.talkers import Echo, Poison, Slow, Start, rows
from tests.fakes.line import FakeLine

pytestmark = pytest.mark.slow  # whole pumps at work


def test_each_event_is_answered_once_and_in_order_whatever_is_delivered_twice(
    start: Start, line: FakeLine, database_url: str
) -> None:
    workers = [start(Echo()), start(Echo())]
    citizens = [line.user() for _ in range(12)]
    events = [(citizen, line.events.text(citizen, f"e{number}")) for number in range(20) for citizen in citizens]
    for number, (_, event) in enumerate(events):
        workers[number % 2].receive(event)
        if number % 5 == 0:
            workers[0].receive(event, {**event, "deliveryContext": {"isRedelivery": True}})
    for citizen in citizens:
        eventually(lambda citizen=citizen: len(line.messages(citizen)) >= 20)
        assert workers[0].texts(citizen) == [f"e{number}" for number in range(20)]
    assert rows(database_url, "SELECT count(*), count(DISTINCT event_id) FROM effect") == [(240, 240)]
    assert rows(database_url, "SELECT count(*) FROM inbound_event WHERE payload IS NOT NULL OR done_at IS NULL") == [
        (0,)
    ]


def test_one_slow_question_delays_nobody_else_and_shows_that_it_is_worked_on(
    start: Start, line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.inbox, "LOADING_AFTER_SECONDS", 0.05)
    slow = Slow()
    worker = start(slow, Echo(), threads=2)
    waiting = [line.user() for _ in range(10)]
    other = line.user()
    for citizen in (*waiting, other):  # known already: LINE is not asked for their language, which may be slow too
        worker.people.known[citizen] = (Language.ZH, Display.NORMAL)
    worker.receive(*(line.events.text(citizen, "slow") for citizen in waiting))
    worker.receive(line.events.text(waiting[0], "e-after"))
    worker.receive(line.events.text(other, "e1"))
    eventually(lambda: worker.texts(other) == ["e1"])
    eventually(lambda: set(line.memory.loading_until) == set(waiting))
    assert worker.texts(waiting[0]) == []
    slow.release.set()
    eventually(lambda: worker.texts(waiting[0]) == ["done", "e-after"])
    eventually(lambda: all(worker.texts(citizen)[:1] == ["done"] for citizen in waiting))


def test_a_passing_failure_is_tried_again_and_a_lasting_one_is_set_aside_kindly(
    start: Start, line: FakeLine, database_url: str
) -> None:
    passing, citizen = Poison(failures=4), line.user()
    worker = start(passing, Echo())
    worker.receive(line.events.text(citizen, "poison"), line.events.text(citizen, "e1"))
    eventually(lambda: worker.texts(citizen) == ["cured", "e1"])
    assert passing.runs == 5
    passing.left = 1000
    worker.receive(line.events.text(citizen, "poison"), line.events.text(citizen, "e2"))
    eventually(lambda: len(worker.texts(citizen)) == 4)
    assert "沒有任何資料被更動" in worker.texts(citizen)[2]
    assert worker.texts(citizen)[3] == "e2"
    assert passing.runs == 10
    query = "SELECT failure, payload IS NOT NULL FROM inbound_event WHERE set_aside_at IS NOT NULL"
    assert rows(database_url, query) == [("RuntimeError", True)]


def test_an_event_whose_runs_were_all_killed_is_set_aside_without_another(
    start: Start, line: FakeLine, database_url: str
) -> None:
    poison, citizen = Poison(0), line.user()
    event = line.events.text(citizen, "poison")
    late = start(poison)
    late.inbox.take = lambda connection, lanes: lanes  # type: ignore[method-assign]  # takes nothing yet
    late.receive(event)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE inbound_event SET attempts = 5")
    del late.inbox.take
    eventually(lambda: late.texts(citizen))
    assert "沒有任何資料被更動" in late.texts(citizen)[0]
    assert poison.runs == 0
    assert rows(database_url, "SELECT failure FROM inbound_event") == [("killed",)]


def test_a_kill_while_an_answer_is_awaited_uses_up_no_attempt_but_not_without_end(
    start: Start, line: FakeLine, database_url: str
) -> None:
    slow = Slow()
    worker = start(slow)
    patient, hopeless = line.user(), line.user()
    take, worker.inbox.take = worker.inbox.take, lambda connection, lanes: lanes  # type: ignore[method-assign]
    worker.receive(line.events.text(patient, "slow"), line.events.text(hopeless, "slow"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE inbound_event SET attempts = 4")
        connection.execute("UPDATE inbound_event SET questions = 101 WHERE lane = %s", (hopeless,))
    worker.inbox.take = take  # type: ignore[method-assign]
    eventually(lambda: worker.texts(hopeless))
    assert "沒有任何資料被更動" in worker.texts(hopeless)[0]
    waiting = "SELECT attempts, questions FROM inbound_event WHERE done_at IS NULL"
    eventually(lambda: rows(database_url, waiting) == [(4, 2)])  # LINE was asked for the language first
    slow.release.set()
    eventually(lambda: worker.texts(patient) == ["done"])
    assert rows(database_url, f"SELECT attempts FROM inbound_event WHERE lane = '{patient}'") == [(5,)]  # noqa: S608


def test_a_kill_between_commit_and_redis_loses_no_dialog(start: Start, line: FakeLine) -> None:
    worker = start()
    citizen = line.user()
    worker.dialogs.save_sealed = lambda sealed: None  # type: ignore[method-assign]
    worker.receive(line.events.text(citizen, "點茶"))
    eventually(lambda: worker.texts(citizen) == ["要多大？"])
    worker.receive(line.events.text(citizen, "L"))
    eventually(lambda: worker.texts(citizen)[1:] == ["好的", "L 要加奶嗎？"])


def test_a_flushed_redis_restarts_kindly_once_the_copy_beside_the_event_is_gone(
    start: Start, line: FakeLine, redis: Any, database_url: str
) -> None:
    worker = start()
    citizen = line.user()
    worker.receive(line.events.text(citizen, "點茶"))
    eventually(lambda: worker.texts(citizen) == ["要多大？"])
    redis.flushall()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE inbound_event SET dialog_state = NULL")
    worker.receive(line.events.text(citizen, "L"))
    eventually(lambda: worker.texts(citizen)[1:] == ["聽不懂"])
    worker.receive(line.events.text(citizen, "點茶"))
    eventually(lambda: worker.texts(citizen)[2:] == ["要多大？"])


def test_an_older_state_never_overwrites_a_newer_one(start: Start) -> None:
    worker = start()
    lane = (BOT, "U" + "7" * 32)
    worker.dialogs.save(lane, Dialog(version=12))
    worker.dialogs.save(lane, Dialog(version=9))
    assert worker.dialogs.open(lane, worker.dialogs.load([lane])[0]).version == 12


def test_an_unsent_message_is_erased_and_not_answered(start: Start, line: FakeLine, database_url: str) -> None:
    slow = Slow()
    worker = start(slow, Echo())
    citizen = line.user()
    secret = line.events.text(citizen, "e-secret")
    worker.receive(line.events.text(citizen, "slow"), secret)
    worker.receive(line.events.unsend(citizen, secret["message"]["id"]))
    slow.release.set()
    worker.receive(line.events.text(citizen, "e1"))
    eventually(lambda: worker.texts(citizen) == ["done", "e1"])
    assert rows(database_url, "SELECT count(*) FROM inbound_event WHERE payload IS NOT NULL") == [(0,)]


def test_a_message_whose_unsend_slipped_in_beside_it_is_erased_when_it_is_taken(
    start: Start, line: FakeLine, database_url: str
) -> None:
    """Both were stored at the same moment: neither transaction saw the other."""
    worker, citizen = start(Echo()), line.user()
    take, worker.inbox.take = worker.inbox.take, lambda connection, lanes: lanes  # type: ignore[method-assign]
    secret = line.events.text(citizen, "e-secret")
    worker.receive(secret)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO inbound_event (event_id, channel, lane, happened_at, takes_back, done_at)"
            " SELECT 'unsend', channel, lane, happened_at, message_id, now() FROM inbound_event"
        )
    worker.inbox.take = take  # type: ignore[method-assign]
    worker.receive(line.events.text(citizen, "e1"))
    eventually(lambda: worker.texts(citizen) == ["e1"])
    assert rows(database_url, "SELECT count(*) FROM inbound_event WHERE payload IS NOT NULL") == [(0,)]


def test_without_a_database_the_inbox_says_so_within_a_second(redis_url: str) -> None:
    from bot.inbox_store import InboxStore, NotStoredError

    store = InboxStore("postgresql://postgres@/nowhere?host=/nonexistent", connections=1)
    store.open()
    began = time.monotonic()
    with pytest.raises(NotStoredError):
        store.store({"destination": BOT, "events": [{"type": "follow"}]})
    assert time.monotonic() - began < 1.0
    store.close()
