"""Senders killed while LINE fails in every way: each citizen has each message exactly once in LINE's books."""

import random
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.messenger import MULTICAST
from bot.outbox_rows import put
from domain.notices import Topic
from infra.database import UnitOfWorkFactory
from infra.embedded import StoreUrls
from infra.embedded_process import wait_until
from tests.bot.outgoing import notice
from tests.bot.running import BOT
from tests.fakes.line import FakeLine, Fault
from tests.processes import Running, process
from tests.soak.house import UP_SECONDS, rows
from tests.soak.seed import seed
from tests.webhook.house import environment

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("soak")]

# What LINE does to a call: nothing was taken, or it was and the sender is not told.
SHARES = {
    Fault.ERROR: 0.05,
    Fault.ERROR_AFTER: 0.05,
    Fault.SILENT_AFTER: 0.03,
    Fault.DROP_AFTER: 0.02,
    Fault.RATE: 0.02,
}


@dataclass(frozen=True)
class Size:
    full: bool
    citizens: int
    pushes: int  # to each
    multicasts: int  # to all
    kills: int
    seconds: float


SMALL = Size(False, citizens=20, pushes=5, multicasts=1, kills=2, seconds=90)
FULL = Size(True, citizens=4_000, pushes=5, multicasts=3, kills=40, seconds=900)


@pytest.fixture(params=[pytest.param(SMALL, id="small"), pytest.param(FULL, id="full", marks=pytest.mark.soak)])
def size(request: pytest.FixtureRequest) -> Size:
    given: Size = request.param
    return given


class Senders:
    """Workers on a test's stores that can be killed."""

    def __init__(self, settings: dict[str, str], inside: ExitStack) -> None:
        self._settings = settings
        self._inside = inside
        self.running: list[Running] = []

    def start(self) -> None:
        self.running.append(self._inside.enter_context(process(["-m", "tests.soak.sender"], self._settings)))

    def kill(self, chance: random.Random) -> None:
        """One that has begun to work, by SIGKILL; another takes its place."""
        up = [one for one in self.running if "worker_started" in one.output]
        victim = chance.choice(up)
        victim.process.kill()
        victim.process.wait(UP_SECONDS)
        self.running.remove(victim)
        self.start()


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine(checks="light", seed=7) as fake:
        yield fake


@pytest.fixture
def senders(database_url: str, redis_url: str, tmp_path: Path, line: FakeLine) -> Iterator[Senders]:
    urls = StoreUrls(database_url, redis_url)
    with ExitStack() as inside:
        yield Senders(environment(urls, tmp_path, line_url=line.url), inside)


def fill(units: UnitOfWorkFactory, people: Sequence[str], size: Size) -> None:
    """Everything that is to be sent, in the outbox; texts of one citizen differ."""
    with units() as uow, uow.driver.cursor().copy("COPY citizen (channel, line_id, language) FROM STDIN") as copy:
        for citizen in people:
            copy.write_row((BOT, citizen, "zh-TW"))
    for number in range(size.pushes):
        with units() as uow:
            put(uow, [row for citizen in people for row in notice(citizen, f"第 {number} 則", topic=Topic.DRAW)])
    for number in range(size.multicasts):
        with units() as uow:
            for start in range(0, len(people), MULTICAST):
                some, row_id = list(people[start : start + MULTICAST]), uuid.uuid4()
                put(uow, notice("", f"公告 {number}", recipients=some, topic=Topic.NEWS, message_id=row_id))


def said(line: FakeLine, citizen: str) -> list[str]:
    return [str(message["text"]) for message in line.messages(citizen)]


def test_each_message_arrives_exactly_once(
    senders: Senders, line: FakeLine, uow: UnitOfWorkFactory, database_url: str, size: Size
) -> None:
    number = seed(full=size.full)
    chance = random.Random(number)
    people = [line.user() for _ in range(size.citizens)]
    total = size.citizens * (size.pushes + size.multicasts)
    fill(uow, people, size)
    line.faults.shares, line.faults.only = dict(SHARES), "/v2/bot/message/"
    for _ in range(2):
        senders.start()
    for kill in range(1, size.kills + 1):
        some = total * kill // (size.kills + 2)
        assert wait_until(lambda some=some: line.delivered >= some, size.seconds), line.delivered
        assert wait_until(lambda: any("worker_started" in one.output for one in senders.running), UP_SECONDS)
        senders.kill(chance)

    def all_ended() -> bool:
        return rows(database_url, "SELECT 1 FROM outbound_message WHERE ended_at IS NULL LIMIT 1") == []

    assert wait_until(all_ended, size.seconds), rows(
        database_url, "SELECT count(*), max(attempts) FROM outbound_message"
    )
    pushed = [f"第 {n} 則" for n in range(size.pushes)]
    news = [f"公告 {n}" for n in range(size.multicasts)]
    for citizen in people:
        heard = said(line, citizen)
        assert Counter(heard) == Counter(pushed + news), citizen
    outcomes: Any = dict(rows(database_url, "SELECT outcome, count(*) FROM outbound_message GROUP BY 1"))
    assert set(outcomes) <= {"pushed", "duplicate"}
    assert outcomes["duplicate"] > 0, "nothing went wrong: this run proves nothing"
    refused = sum(count for (_, _, status), count in line.calls.items() if status == 409)
    print(f"{size.kills} kills, {total} messages, {sum(line.calls.values())} calls, {refused} answered 409, {outcomes}")  # noqa: T201
