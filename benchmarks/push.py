"""Sending: many distinct cards, rows included, against a loop of the SDK's push_message; a large draw's results."""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psycopg
from sqlalchemy import Engine

from benchmarks import sides
from benchmarks.daytime_worker import DaytimeClock
from benchmarks.draw_results import ENTRIES, fill_draw
from benchmarks.ground import Ground
from benchmarks.line import Line
from benchmarks.processes import ROOT, Servers, cpu_seconds
from benchmarks.report import Target, middle, spread
from bot.message import Message
from bot.notices import NoticePost
from bot.outbox import LINE_RATES
from domain.notices import Topic
from domain.ports.notices import Letter
from domain.reader import Display, Language, Reader
from handlers.notices import pass_result
from infra.database import UnitOfWork, make_engine
from infra.hints import OUTBOX, Hint
from infra.locales import reader
from infra.queue import defer
from infra.redis import make_redis
from samples import passes
from services.draws.telling import TELL, What
from services.planning import Planning

PUSHES = 100_000
SHORT_PUSHES = 20_000  # of the second and third round: a rate needs no more
BATCH = 500
PEER_SECONDS = 6.0
SENT_SECONDS = 600.0
LATENCY_MS = 50
PART_OF_RATE = 0.75
RESULTS_SECONDS = 120.0
SAMPLE_SECONDS = 0.5


class Given:
    """A notice whose card is given."""

    key, title, topics = "given", "given", (Topic.OWN_ACT,)

    def render(self, reader: Reader, data: Mapping[str, Any]) -> list[Message]:
        return [data["card"]]


@dataclass
class Memory:
    """Resident memory of a process while something goes on, in MB."""

    pid: int
    samples: list[float] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator["Memory"]:
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
            self.samples.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)

    @property
    def growth(self) -> float:
        """The most of the last quarter to the most of the second: 1 is flat. What a start takes is no growth."""
        quarter = max(1, len(self.samples) // 4)
        return max(self.samples[-quarter:]) / max(self.samples[quarter : 2 * quarter] or self.samples[:1])


def run(ground: Ground, line: Line, seed: int, empty: str) -> list[Target]:
    """Print and return the figures. `empty`: a migrated database without rows."""
    sent_cards = cards(seed, PUSHES)
    kept = ground.folder / "cards.json"
    kept.write_bytes(orjson.dumps(sent_cards[:5_000]))
    line.keep_rates(on=True)
    line.answer_after(LATENCY_MS)
    paced, memory, busiest = _ours(ground, line, empty, sent_cards)
    print(f"  LINE after {LATENCY_MS} ms, one worker: {paced:.0f}/s, {busiest} in the busiest second")
    line.answer_after(0)
    we, peer = [], []
    for _ in range(3):
        we.append(_ours(ground, line, empty, sent_cards[:SHORT_PUSHES])[0])
        peer.append(_peer(line, kept))
    print(f"  LINE at once: ParkLine {spread(we)}/s, SDK loop {spread(peer)}/s")
    rate = LINE_RATES["push"]
    told = _draw(ground, line, empty)
    line.keep_rates(on=False)
    ratios = [one / other for one, other in zip(we, peer, strict=True)]
    return [
        Target(f"LINE after {LATENCY_MS} ms: pushes/s of one worker / LINE's {rate}", paced / rate, PART_OF_RATE),
        Target(f"LINE after {LATENCY_MS} ms: busiest second / LINE's {rate}", busiest / rate, 1, at_most=True),
        Target("LINE at once: pushes/s, ParkLine / the SDK's push_message in a loop", middle(ratios), 2),
        Target(f"memory of the worker, end / second quarter of {PUSHES:,} pushes", memory.growth, 1.1, at_most=True),
        Target(f"results of a draw of {ENTRIES:,}, all at LINE", told, RESULTS_SECONDS, at_most=True, unit="s"),
    ]


def cards(seed: int, count: int) -> list[tuple[str, Message]]:
    """A card of a pass for each of so many people: of one shape, no two alike."""
    chance = random.Random(seed)
    data = {"standing": passes.WON, "pay_url": None, "today": passes.TODAY}
    raw = orjson.dumps(pass_result.render(reader(Language.ZH, Display.NORMAL), data)[0])
    number = passes.WON.entry_no.encode()
    people = chance.sample(range(16**8), count)
    return [(f"U{one:032x}", orjson.loads(raw.replace(number, b"E%07d" % at))) for at, one in enumerate(people)]


def _ours(ground: Ground, line: Line, empty: str, sent: Sequence[tuple[str, Message]]) -> tuple[float, Memory, int]:
    """From the first row's transaction until LINE has the last card: cards a second, memory, the busiest second."""
    with ground.copy(empty, "push") as database:
        _know(database, line.channel, [to for to, _ in sent])
        with sides.workers(ground, database, line, 1) as servers:
            line.forget()
            (pid,) = servers.pids
            before = _cpu(ground, pid)
            with Memory(pid).watched() as memory:
                began = time.perf_counter()
                _post(ground, database, line.channel, sent)
                posted = time.perf_counter() - began
                ended = line.wait_taken(len(sent), SENT_SECONDS)
            costs = [(now - then) / len(sent) * 1000 for now, then in zip(_cpu(ground, pid), before, strict=True)]
            busiest = line.busiest_second()
            _check(line, len(sent))
    rate = len(sent) / (ended - began)
    print(
        f"  {len(sent):,} cards: rows after {posted:.0f} s, at LINE after {ended - began:.0f} s ({rate:.0f}/s), "
        f"ms CPU each: worker {costs[0]:.2f}, PostgreSQL {costs[1]:.2f}, Redis {costs[2]:.2f}; "
        f"memory {memory.samples[0]:.0f} to {max(memory.samples):.0f} MB"
    )
    return rate, memory, busiest


def _cpu(ground: Ground, worker: int) -> list[float]:
    return [cpu_seconds([pid]) for pid in (worker, ground.postmaster, ground.redis_server)]


def _know(database: str, channel: str, people: Sequence[str]) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        with connection.cursor().copy("COPY citizen (channel, line_id, language) FROM STDIN") as copy:
            for one in people:
                copy.write_row((channel, one, "zh-TW"))
        connection.execute("ANALYZE citizen")


def _post(ground: Ground, database: str, channel: str, sent: Sequence[tuple[str, Message]]) -> None:
    """As a service tells many: planned, kept for 通知紀錄, rendered and put into the outbox, batch by batch."""
    engine: Engine = make_engine(database, pool_size=1)
    with make_redis(ground.redis) as client:
        planning = Planning(_nobody(), _nobody(), DaytimeClock())
        post = NoticePost([Given()], planning, reader, Hint(client, OUTBOX))
        for start in range(0, len(sent), BATCH):
            batch = sent[start : start + BATCH]
            letters = [Letter(channel, to, f"bench:{to}", {"card": card}) for to, card in batch]
            with UnitOfWork(engine) as uow:
                post.post_each(uow, "given", letters)
    engine.dispose()


def _nobody() -> Any:
    """Accounts and SMS, which these cards never ask for."""
    return None


def _check(line: Line, count: int) -> None:
    once, more, refused = line.pushed()
    if (once, more) != (count, 0):
        raise RuntimeError(f"of {count} people {once} have one card and {more} more")
    if refused:
        raise RuntimeError(f"LINE's rate was exceeded {refused} times")


def _peer(line: Line, kept: Path) -> float:
    line.forget()
    environment = {
        "PATH": os.environ["PATH"],
        "LINE_API_URL": line.url,
        "LINE_CHANNEL_ACCESS_TOKEN": line.token,
        "PEER_CARDS": str(kept),
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.peers.sdk_push", str(PEER_SECONDS)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    count, seconds = done.stdout.split()
    return int(count) / float(seconds)


def _draw(ground: Ground, line: Line, empty: str) -> float:
    """Seconds from the job that tells the results until LINE has all of them; a worker on each of two cores."""
    with ground.copy(empty, "draw") as database:
        draw_id = fill_draw(database, line.channel)
        with sides.workers(ground, database, line, 2) as servers:
            line.forget()
            began = time.perf_counter()
            _defer(database, draw_id)
            ended = line.wait_taken(ENTRIES, SENT_SECONDS)
            _check(line, ENTRIES)
            print(f"  results of {ENTRIES:,} entries at LINE after {ended - began:.0f} s, {_cost(servers)}")
    return ended - began


def _cost(servers: Servers) -> str:
    return ", ".join(f"worker {cpu_seconds([pid]):.0f} s CPU" for pid in servers.pids)


def _defer(database: str, draw_id: str) -> None:
    engine = make_engine(database, pool_size=1)
    with UnitOfWork(engine) as uow:
        defer(uow, TELL, draw_id=draw_id, what=What.RESULT.value)
    engine.dispose()
