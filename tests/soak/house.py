"""A whole house under load: gunicorn, workers that can be killed, stores, and the fake of LINE in front of it."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg

from infra.embedded import StoreUrls
from infra.embedded_process import wait_until
from tests.fakes.line import FakeLine, Sent
from tests.processes import Running, free_port, get, process
from tests.soak.worker import BEGIN
from tests.webhook.house import environment
from web.console.lineapi.events import Event, redelivered

STREAMS = 4  # webhook calls under way at once; one citizen's events always come in one stream, in order
TWICE = 0.2  # of the events are delivered twice
REDELIVER_SECONDS = 60.0
UP_SECONDS = 60.0
Calls = list[list[Sent]]


def rows(url: str, query: str, *values: object) -> list[Any]:
    """What the database answers."""
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode(), values).fetchall()


class House:
    """What a test does to it, and what it asks of it."""

    def __init__(self, urls: StoreUrls, line: FakeLine, settings: dict[str, str], inside: ExitStack) -> None:
        self.urls = urls
        self.line = line
        self._settings = settings
        self._inside = inside
        self._streams = inside.enter_context(ThreadPoolExecutor(STREAMS))
        self.workers: list[Running] = []

    def start_worker(self, *arguments: str) -> Running:
        """One more worker; it may not be up yet."""
        worker = self._inside.enter_context(process(["-m", "tests.soak.worker", *arguments], self._settings))
        self.workers.append(worker)
        return worker

    def kill(self, worker: Running) -> None:
        """SIGKILL: no last word."""
        worker.process.kill()
        worker.process.wait(UP_SECONDS)
        self.workers.remove(worker)

    def stop_workers(self) -> None:
        """In order, by SIGTERM."""
        for worker in self.workers:
            assert worker.says("worker_started")
            assert worker.terminate() == 0
        self.workers.clear()

    def up(self) -> list[Running]:
        """The workers that have begun to work."""
        return [worker for worker in self.workers if "worker_started" in worker.output]

    def effects(self) -> int:
        """How many events have had their effect."""
        return int(rows(self.urls.database, "SELECT count(*) FROM effect")[0][0])

    def said(self, citizen: str) -> list[str]:
        """The texts a citizen received, in order."""
        return [message.get("text", "") for message in self.line.messages(citizen)]

    def send_later(self, streams: Sequence[Sequence[Sequence[Event]]]) -> "list[Future[Calls]]":
        """Each stream's calls one after the other, the streams side by side; refused calls come again."""
        return [
            self._streams.submit(self.line.send_all, calls, concurrency=1, redeliver_seconds=REDELIVER_SECONDS)
            for calls in streams
        ]


@contextmanager
def house(urls: StoreUrls, var: Path) -> Iterator[House]:
    """Web and fake LINE on these stores, and a table for effects. Everything started inside is stopped after."""
    port = free_port()
    with ExitStack() as inside:
        line = inside.enter_context(FakeLine(webhook_url=f"http://127.0.0.1:{port}/callback"))
        settings = environment(urls, var, line_url=line.url, port=port)
        with psycopg.connect(urls.database, autocommit=True) as connection:
            connection.execute("CREATE TABLE effect (event_id text NOT NULL)")
        web = inside.enter_context(process(["-m", "gunicorn", "-c", "gunicorn.conf.py", "app:create_app()"], settings))
        assert wait_until(lambda: get(port, "/healthz")[0] == 200, UP_SECONDS), web.output
        yield House(urls, line, settings, inside)


class Load:
    """Texts of many citizens who count, in portions; `expected` is what each must hear."""

    def __init__(self, line: FakeLine, *, citizens: int, texts: int, portions: int, seed: int) -> None:
        self._random = random.Random(seed)
        people = [line.user() for _ in range(citizens)]
        self.expected = {who: [f"{i + 1}:{self._words(i)}" for i in range(texts)] for who in people}
        self.total = citizens * texts
        self.portions: list[list[list[list[Event]]]] = [[[] for _ in range(STREAMS)] for _ in range(portions)]
        for number, group in enumerate(people[i::STREAMS] for i in range(STREAMS)):
            events = [(i, line.events.text(who, self._words(i))) for i in range(texts) for who in group]
            for i, event in events:
                event["timestamp"] += i
            self._fill(number, [event for _, event in events])

    @staticmethod
    def _words(i: int) -> str:
        return f"第{i}句" if i else BEGIN

    def _fill(self, stream: int, events: list[Event]) -> None:
        """Several events per call; some come again, at once or later, marked as redelivered or not."""
        size = max(1, -(-len(events) // len(self.portions)))
        for portion, start in enumerate(range(0, len(events), size)):
            calls = self.portions[portion][stream]
            rest = events[start : start + size]
            while rest:
                count = self._random.randint(1, 4)
                call, rest = rest[:count], rest[count:]
                again = [event for event in call if self._random.random() < TWICE]
                again = [redelivered(event) if self._random.random() < 0.5 else event for event in again]
                if again and self._random.random() < 0.5:
                    calls.append(call + again)
                else:
                    calls += [call, again] if again else [call]


def assert_all_answered_once(house: House, load: Load, seconds: float) -> int:
    """Every event answered, in order, with one effect each. Returns how many answers LINE was given twice."""
    undone = "SELECT 1 FROM inbound_event WHERE done_at IS NULL UNION ALL SELECT 1 FROM outbound_message WHERE "

    def told() -> bool:
        return house.effects() >= load.total and not rows(house.urls.database, undone + "ended_at IS NULL")

    assert wait_until(told, seconds), f"{house.effects()} of {load.total}"
    twice = 0
    for citizen, expected in load.expected.items():
        said = house.said(citizen)
        assert [text for text, _ in groupby(said)] == expected
        twice += len(said) - len(expected)
    database = house.urls.database
    assert rows(database, "SELECT count(*), count(DISTINCT event_id) FROM effect") == [(load.total, load.total)]
    answers = "SELECT count(*), count(DISTINCT answers) FROM outbound_message WHERE lane = ANY(%s)"
    assert rows(database, answers, list(load.expected)) == [(load.total, load.total)]
    assert rows(database, "SELECT failure FROM inbound_event WHERE set_aside_at IS NOT NULL") == []
    assert rows(database, "SELECT count(*) FROM inbound_event WHERE payload IS NOT NULL") == [(0,)]
    return twice
