"""Everything goes wrong around many orders, processes are killed; then ours, the providers' and the agencies' books
agree to the dollar, nothing is paid twice without being on the refund list, and nothing stays unknown."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from infra.embedded import StoreUrls
from infra.embedded_process import wait_until
from tests.soak.money.books import compare
from tests.soak.money.browser import Browser
from tests.soak.money.citizens import Citizen
from tests.soak.money.house import Town, town
from tests.soak.money.staff import Staff
from tests.soak.seed import seed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("soak")]
GIVEN_BACK = 0.05  # of the orders: staff give some of some money back meanwhile


@dataclass(frozen=True)
class Size:
    full: bool
    orders: int
    kills: int
    citizens: int  # at once
    webs: int
    workers: int
    seconds: float  # the deadline of what must come to its end by itself


SMALL = Size(False, orders=40, kills=2, citizens=6, webs=1, workers=1, seconds=240)
FULL = Size(True, orders=20_000, kills=40, citizens=12, webs=2, workers=2, seconds=1800)


@pytest.fixture(
    params=[
        pytest.param(SMALL, id="small", marks=pytest.mark.timeout(600)),  # half a minute where nobody else is at work
        pytest.param(FULL, id="full", marks=[pytest.mark.soak, pytest.mark.timeout(7200)]),
    ]
)
def size(request: pytest.FixtureRequest) -> Size:
    given: Size = request.param
    return given


class Load:
    """Citizens side by side, each order of theirs by a chance of its own, until so many orders are opened."""

    def __init__(self, where: Town, size: Size, number: int) -> None:
        self.opened = 0
        self._where = where
        self._wanted = size.orders
        self._seed = number
        self._staff = Staff(where)
        self._lock = threading.Lock()
        self._people = ThreadPoolExecutor(size.citizens)
        self._servers = ThreadPoolExecutor(size.citizens)  # the providers' own, which notify
        self._streams: list[Future[None]] = [self._people.submit(self._live, at) for at in range(size.citizens)]

    @property
    def over(self) -> bool:
        """Whether all have done what they wanted."""
        return all(stream.done() for stream in self._streams)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Nobody begins anything new; what went wrong among them is raised here."""
        self._wanted = 0
        self._people.shutdown()
        self._servers.shutdown()
        if error is None:
            for stream in self._streams:
                stream.result()

    def _live(self, stream: int) -> None:
        devices = Browser(self._where.port), Browser(self._where.port)
        turn = 0
        while self.opened < self._wanted:
            turn += 1
            name = f"S{stream:02}{turn:05}"
            chance = random.Random(f"{self._seed}:{name}")
            opened = Citizen(self._where, chance, self._servers, name, *devices).live()
            if chance.random() < GIVEN_BACK:
                self._staff.give_some_back(chance)
            with self._lock:
                self.opened += opened
        for device in devices:
            device.close()


@pytest.fixture
def here(size: Size, database_url: str, redis_url: str, tmp_path: Path) -> Iterator[tuple[Town, int]]:
    number = seed(full=size.full)
    urls = StoreUrls(database_url, redis_url)
    with town(urls, tmp_path, seed=number, webs=size.webs, workers=size.workers) as made:
        yield made, number


def told(line: str) -> None:
    print(line)  # noqa: T201 - what make soak tells


def test_all_books_agree_to_the_dollar(here: tuple[Town, int], size: Size) -> None:
    where, number = here
    where.trouble(True)
    killed: Counter[str] = Counter()
    with Load(where, size, number) as load:
        for at in sorted(random.Random(number).sample(range(size.orders * 9 // 10), size.kills)):
            assert wait_until(lambda at=at: _passed(where, load, at), size.seconds)
            killed[where.kill()] += 1
        assert wait_until(lambda: _passed(where, load, size.orders) and load.over, size.seconds)
    where.trouble(False)
    steps = where.until_all_is_known(size.seconds)
    staff = Staff(where)
    looked_up = 0
    while staff.work_off_the_list() + (unclear := staff.look_into_refunds() + staff.say_which_bills()):
        looked_up += unclear
        steps += where.until_all_is_known(size.seconds)
    sums = compare(where)
    told(f"{load.opened} orders, {sums.orders} paid; killed {dict(killed)}; {steps} steps of time")
    told(f"{sums.doubles} on the refund list, all given back; {looked_up} cleared by staff")
    told(f"ours NT${sums.ours:,}, providers' NT${sums.theirs:,}, agencies' NT${sums.agencies:,}")
    told(f"NT${sums.with_staff:,} taken in another amount than ours, and stopped for staff")
    assert sums.ours == sums.theirs == sums.agencies


def _passed(where: Town, load: Load, orders: int) -> bool:
    """Whether so many orders are opened, or will be no more; the clock goes quicker meanwhile."""
    where.hurry()
    return load.opened >= orders or load.over
