"""A city on loopback and its source, as the service runs them, only faster."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from adapters.bills.cache import AnswerCache
from adapters.bills.paybill import CityNetwork, PaybillSource
from domain.cities import City
from domain.clock import Clock
from infra.breaker import Breaker
from infra.redis import make_async_redis
from infra.throttle import Throttle
from tests.bills.hands import Books, Look
from tests.clock import MovableClock
from tests.fakes.city import FakeCity

EXAMPLES = Path(__file__).with_name("official_examples.json")
QUICK = 0.01  # seconds between calls, where the pace itself is not the subject
T = TypeVar("T")


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    """The worked examples A to E of the specification (全國路邊停車費查詢 API 服務規範 V1.03)."""
    return dict(json.loads(EXAMPLES.read_text("utf-8")))


@pytest.fixture
def city() -> Iterator[FakeCity]:
    with FakeCity("NWT", paces=False) as fake:
        yield fake


@dataclass(frozen=True)
class Line:
    """What a source is made of; made inside the event loop that uses it."""

    network: CityNetwork
    throttle: Throttle
    breaker: Breaker
    cache: AnswerCache
    clock: Clock

    def source(self, city: City) -> PaybillSource:
        return PaybillSource(
            city, self.network, throttle=self.throttle, breaker=self.breaker, cache=self.cache, clock=self.clock
        )


OpenLine = Callable[..., Any]


@pytest.fixture
def open_line(redis_url: str, clock: Clock, tmp_path: Path) -> OpenLine:
    """`async with open_line() as line`; `redis_url=` another Redis, such as one that is down."""

    @asynccontextmanager
    async def opened(redis_url: str = redis_url, interval: float = QUICK) -> AsyncIterator[Line]:
        client = make_async_redis(redis_url)
        network = CityNetwork()
        throttle = Throttle(client, interval=interval, folder=tmp_path)
        try:
            yield Line(network, throttle, Breaker(client), AnswerCache(client), clock)
        finally:
            await network.close()
            await client.aclose()

    return opened


def named(fake: FakeCity, **changes: Any) -> City:
    """The fake as config/cities.toml would have it."""
    base = {"base_url": fake.base_url, "enabled": True}
    return City(fake.code, fake.code, fake.code, fake.code, **{**base, **changes})


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run one piece of async work to its end."""

    async def whole() -> T:
        return await work()

    return asyncio.run(whole())


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def look(books: Books, clock: MovableClock) -> Look:
    return Look(books, clock)
