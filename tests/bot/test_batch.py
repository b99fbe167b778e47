"""Several citizens' events in one transaction: one statement for all, and nobody hurt by a neighbour."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import redis

from bot.batch import Batch, Outcome
from bot.conversation import Ask, Conversation, Done, Find, entry
from bot.conversation import Outcome as Result
from bot.dialog import Dialog, DialogStore, Waiting
from bot.engine import Engine
from bot.inbox_store import InboxStore
from bot.registry import Registry
from bot.results import settled
from bot.triggers import Shape
from bot.turn import Turn
from bot.work import Ending, Taken, Work
from domain.errors import CitizenMistakeError
from domain.reader import Language, Reader
from infra.clock import SystemClock
from infra.crypto import FieldCipher
from infra.database import UnitOfWork, UnitOfWorkFactory
from tests.bot.running import BOT
from tests.bot.talk import Fallback, People
from tests.bot.talkers import rows
from tests.fakes.line import FakeLine

COUNT = 5
ENDED = "SELECT count(*) FROM inbound_event WHERE done_at IS NOT NULL"
SAID = "SELECT count(*) FROM outbound_message"
EFFECTS = "SELECT count(*) FROM effect"


class Finder(Conversation[Any]):
    """Finds and keeps for many; some words make it do otherwise."""

    key = "finder"
    triggers = (Shape("all", lambda _text: True, 1),)

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.written: list[list[str]] = []
        self.fails = False

    @entry
    def begin(self, turn: Turn[Any]) -> Result:
        match turn.typed:
            case "ask":
                turn.keep(self.write, "before")
                return Ask(lambda: self.outside(), lambda later, answer: Done(later.text(answer)))
            case "own":
                turn.uow.driver.execute("INSERT INTO effect (event_id) VALUES (%s)", (turn.event_id,))
                return Done(turn.text("own"))
            case "swallow":
                with suppress(Exception):
                    turn.uow.driver.execute("INSERT INTO effect (event_id) VALUES (%s)", (turn.event_id,))
                return Done(turn.text("as if it had written"))
            case "fail":
                raise RuntimeError("a defect")
        return Find(self.find, turn.typed, self.found)

    def found(self, turn: Turn[Any], answer: str) -> Result:
        turn.keep(self.write, turn.event_id)
        if answer == "MISTAKE":
            raise CitizenMistakeError("不行")
        if answer == "AGAIN":
            return Find(self.find, "once more", self.found)
        return Done(turn.text(answer))

    async def outside(self) -> str:
        return "from outside"

    def find(self, _uow: UnitOfWork, questions: Sequence[str]) -> list[str]:
        self.asked.append(list(questions))
        return [question.upper() for question in questions]

    def write(self, uow: UnitOfWork, written: Sequence[str]) -> None:
        self.written.append(list(written))
        uow.driver.execute("INSERT INTO effect (event_id) SELECT unnest(%s::text[])", (list(written),))
        if self.fails:
            uow.driver.execute("SELECT 1 / 0")


class Hands:
    """A batch on real stores; events are taken by hand."""

    def __init__(self, url: str, units: UnitOfWorkFactory, redis_url: str, line: FakeLine) -> None:
        self.url, self.units, self.line = url, units, line
        self.finder, self.hints = Finder(), 0
        self.store = InboxStore(url, connections=1)
        self.dialogs = DialogStore(redis.Redis.from_url(redis_url), FieldCipher([bytes(32)]))
        registry = Registry([self.finder, Fallback()])

        async def language(_citizen: str) -> str | None:
            return None

        self.engine = Engine(registry, People(), SystemClock(), lambda a, b: Reader(a, b), language)
        self.batch = Batch(units, self.engine, Ending(self.dialogs, self.hint))

    def hint(self) -> None:
        self.hints += 1

    def take(self, *texts: str) -> list[Work]:
        """An event of another citizen for each text, stored and in hand."""
        works = []
        for text in texts:
            citizen = self.line.user()
            event = self.line.events.text(citizen, text)
            self.store.store({"destination": BOT, "events": [event]})
            event_id, payload = rows(self.url, "SELECT event_id, payload FROM inbound_event ORDER BY seq DESC LIMIT 1")[
                0
            ]
            known = Dialog(version=1, language=Language.ZH)
            works.append(Work(Taken((BOT, citizen), event_id, payload, 1, 0, datetime.now(UTC), known)))
        return works

    def run(self, *texts: str) -> tuple[list[Work], Outcome]:
        works = self.take(*texts)
        return works, self.batch.run(works)

    def count(self, query: str) -> int:
        return int(rows(self.url, query)[0][0])


@pytest.fixture
def hands(database_url: str, uow: UnitOfWorkFactory, redis_url: str, line: FakeLine) -> Iterator[Hands]:
    with uow() as unit:
        unit.driver.execute("CREATE TABLE effect (event_id text)")
    given = Hands(database_url, uow, redis_url, line)
    given.store.open()
    yield given
    given.store.close()


def test_many_are_one_question_one_write_and_one_transaction(hands: Hands) -> None:
    texts = [f"text {number}" for number in range(COUNT)]
    works, outcome = hands.run(*texts)
    assert outcome.done == works
    assert (outcome.asking, outcome.alone) == ([], [])
    assert hands.finder.asked == [texts]
    assert hands.finder.written == [[work.taken.event_id for work in works]]
    assert (hands.count(ENDED), hands.count(SAID), hands.count(EFFECTS), hands.hints) == (COUNT, COUNT, COUNT, 1)
    transactions = "SELECT count(DISTINCT xmin::text) FROM {}"
    for table in ("inbound_event", "outbound_message", "effect"):
        assert hands.count(transactions.format(table)) == 1
    answered = rows(hands.url, "SELECT o.lane, i.event_id FROM outbound_message o JOIN inbound_event i ON answers = "
                               "event_id AND o.lane = i.lane ORDER BY o.seq")  # fmt: skip
    assert answered == [(work.taken.lane[1], work.taken.event_id) for work in works]


def test_later_questions_are_asked_together_too(hands: Hands) -> None:
    works, outcome = hands.run("again", "a", "again")
    assert outcome.done == works
    assert hands.finder.asked == [["again", "a", "again"], ["once more", "once more"]]


@pytest.mark.parametrize("other", ["own", "swallow", "fail"])
def test_whoever_needs_a_transaction_or_fails_is_left_to_be_run_alone(hands: Hands, other: str) -> None:
    works, outcome = hands.run("a", other, "b")
    assert outcome.alone == [works[1]]
    assert outcome.done == [works[0], works[2]]
    assert (hands.count(ENDED), hands.count(EFFECTS)) == (2, 2)
    assert rows(hands.url, "SELECT event_id FROM inbound_event WHERE done_at IS NULL") == [(works[1].taken.event_id,)]


def test_what_asks_outside_keeps_nothing_and_goes_on_with_others(hands: Hands) -> None:
    works, outcome = hands.run("a", "ask")
    ((asking, pending),) = outcome.asking
    assert asking is works[1]
    assert hands.finder.written == [[works[0].taken.event_id]]
    resumed = Work(asking.taken, lambda uow: pending.go_on(uow, "from outside"))
    later = [resumed, *hands.take("b")]
    assert hands.batch.run(later).done == later
    assert hands.finder.written[1:] == [[later[1].taken.event_id]]
    assert hands.count(ENDED) == 3


def test_a_mistake_is_answered_and_what_was_kept_before_it_is_not(hands: Hands) -> None:
    works, outcome = hands.run("a", "mistake")
    assert outcome.done == works
    assert hands.finder.written == [[works[0].taken.event_id]]
    assert hands.count(SAID) == 2


def test_when_a_statement_fails_nothing_of_anybody_stays(hands: Hands) -> None:
    hands.finder.fails = True
    works, outcome = hands.run("a", "b")
    assert outcome.alone == works
    assert (hands.count(ENDED), hands.count(SAID), hands.count(EFFECTS), hands.hints) == (0, 0, 0, 0)


def test_an_event_done_elsewhere_takes_its_neighbours_back_to_being_run_alone(hands: Hands) -> None:
    works = hands.take("a", "b")
    rows(
        hands.url,
        "UPDATE inbound_event SET done_at = now() WHERE seq = (SELECT min(seq) FROM inbound_event) RETURNING 1",
    )
    assert hands.batch.run(works).alone == works
    assert (hands.count(SAID), hands.count(EFFECTS)) == (0, 0)


def test_run_alone_the_same_step_finds_and_keeps_the_same(hands: Hands, uow: UnitOfWorkFactory) -> None:
    (work,) = hands.take("again")
    with uow() as unit:
        end = settled(unit, work.begin(hands.engine, unit))
        Ending(hands.dialogs, hands.hint).commit(unit, [(work, end)])  # type: ignore[list-item]
    assert hands.finder.asked == [["again"], ["once more"]]
    assert (hands.count(ENDED), hands.count(SAID), hands.count(EFFECTS)) == (1, 1, 2)


def test_a_changed_dialog_of_each_is_kept_beside_its_event_and_in_redis(hands: Hands) -> None:
    works = hands.take("a", "b")
    works = [Work(_waiting(work.taken)) for work in works]
    assert hands.batch.run(works).done == works
    lanes = [work.taken.lane for work in works]
    beside = rows(hands.url, "SELECT dialog_version, dialog_state FROM inbound_event ORDER BY seq")
    assert [version for version, _state in beside] == [8, 8]
    in_redis = [hands.dialogs.open(lane, value) for lane, value in zip(lanes, hands.dialogs.load(lanes), strict=True)]
    assert [dialog.version for dialog in in_redis] == [8, 8]
    assert [hands.dialogs.open(lane, state) for lane, (_, state) in zip(lanes, beside, strict=True)] == in_redis


def _waiting(taken: Taken) -> Taken:
    """Of a citizen with a dialog that another release began: it is left, so its state changes."""
    waiting = Waiting("gone", 1, "step", uuid.uuid4().hex)
    return replace(taken, dialog=Dialog(7, Language.ZH, waiting=waiting))
