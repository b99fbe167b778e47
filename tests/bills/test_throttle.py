"""One call a second and host over all processes, citizens first."""

import asyncio
import fcntl
import itertools
import multiprocessing
import threading
import time
from pathlib import Path

import pytest

from infra.redis import make_async_redis
from infra.throttle import LATE_SECONDS, Throttle, TurnTooFarError
from tests.bills.conftest import run

pytestmark = pytest.mark.slow  # waits for turns of real seconds

INTERVAL = 0.3
CLOSEST = INTERVAL - LATE_SECONDS - 0.02  # 0.02: from the turn to the test's look at its watch
NO_REDIS = "redis://127.0.0.1:1/0"


async def turns(url: str, folder: Path, count: int, patience: float = 30) -> list[float]:
    """The moments at which `count` callers at once got their turn."""
    client = make_async_redis(url)
    throttle = Throttle(client, interval=INTERVAL, folder=folder)
    moments: list[float] = []

    async def one() -> None:
        await throttle.turn("host", patience=patience)
        moments.append(time.monotonic())

    try:
        await asyncio.gather(*(one() for _ in range(count)))
    finally:
        await client.aclose()
    return moments


def in_a_process(url: str, folder: Path, count: int, into: "multiprocessing.Queue[list[float]]") -> None:
    into.put(asyncio.run(turns(url, folder, count)))


@pytest.mark.parametrize("with_redis", [True, False])
def test_processes_together_keep_the_pace(redis_url: str, tmp_path: Path, with_redis: bool) -> None:
    context = multiprocessing.get_context("spawn")
    into = context.Queue()
    url = redis_url if with_redis else NO_REDIS
    processes = [context.Process(target=in_a_process, args=(url, tmp_path, 4, into)) for _ in range(3)]
    for process in processes:
        process.start()
    moments = sorted(moment for _ in processes for moment in into.get(timeout=60))
    for process in processes:
        process.join(10)
    assert len(moments) == 12
    assert min(later - earlier for earlier, later in itertools.pairwise(moments)) >= CLOSEST


def test_who_cannot_wait_is_told_at_once(redis_url: str, tmp_path: Path) -> None:
    async def work() -> None:
        await turns(redis_url, tmp_path, 3)
        client = make_async_redis(redis_url)
        throttle = Throttle(client, interval=10, folder=tmp_path)
        await throttle.turn("host", patience=1)
        started = time.monotonic()
        with pytest.raises(TurnTooFarError) as told:
            await throttle.turn("host", patience=1)
        assert time.monotonic() - started < 0.5
        assert 9 < told.value.seconds <= 10
        await client.aclose()

    run(work)


def test_background_gives_way_to_citizens(redis_url: str, tmp_path: Path) -> None:
    async def work() -> list[str]:
        client = make_async_redis(redis_url)
        throttle = Throttle(client, interval=INTERVAL, folder=tmp_path)
        order: list[str] = []

        async def one(name: str, background: bool) -> None:
            await throttle.turn("host", patience=5, background=background)
            order.append(name)

        await one("first", False)
        waiting = asyncio.create_task(one("background", True))
        await asyncio.sleep(0)
        await asyncio.gather(*(one(f"citizen {n}", False) for n in range(4)))
        await waiting
        await client.aclose()
        return order

    order = run(work)
    assert order[0] == "first"
    assert order[-1] == "background"
    assert len(order) == 6


def test_a_host_never_seen_counts_as_just_called(redis_url: str, tmp_path: Path) -> None:
    """So that a Redis that was emptied does not lead to two calls within the second."""

    async def work() -> float:
        started = time.monotonic()
        await turns(redis_url, tmp_path, 1)
        return time.monotonic() - started

    assert run(work) >= CLOSEST


def test_who_wakes_late_books_another_turn(redis_url: str, tmp_path: Path) -> None:
    """A busy process that wakes just before the next caller's turn must not call then."""

    async def work() -> float:
        client = make_async_redis(redis_url)
        throttle = Throttle(client, interval=INTERVAL, folder=tmp_path)
        await throttle.turn("host", patience=5)
        asyncio.get_running_loop().call_later(INTERVAL * 0.8, busy_until, time.monotonic() + INTERVAL * 1.6)
        await throttle.turn("host", patience=5)
        seconds, micros = await client.time()
        free = int(await client.get("throttle:host") or 0) / 1000
        await client.aclose()
        return free - seconds - micros / 1e6

    assert run(work) >= CLOSEST


def busy_until(moment: float) -> None:
    while time.monotonic() < moment:
        pass


def test_without_redis_one_process_books_at_a_time(tmp_path: Path) -> None:
    asyncio.run(turns(NO_REDIS, tmp_path, 1))
    (path,) = tmp_path.iterdir()
    with path.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        other = threading.Thread(target=lambda: asyncio.run(turns(NO_REDIS, tmp_path, 1)))
        other.start()
        other.join(2 * INTERVAL)
        assert other.is_alive()
        fcntl.flock(held, fcntl.LOCK_UN)
    other.join(10)
    assert not other.is_alive()
