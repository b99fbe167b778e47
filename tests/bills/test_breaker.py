"""A host that keeps failing is left alone; then one caller tries."""

import time
from collections.abc import Awaitable, Callable

import pytest

from infra.breaker import Breaker
from infra.redis import make_async_redis
from tests.bills.conftest import run

OPEN_SECONDS = 0.1
NO_REDIS = "redis://127.0.0.1:1/0"


def with_breaker(url: str, work: Callable[[Breaker], Awaitable[None]]) -> None:
    async def whole() -> None:
        client = make_async_redis(url)
        try:
            await work(Breaker(client, failures=2, open_seconds=OPEN_SECONDS, probe_seconds=30))
        finally:
            await client.aclose()

    run(whole)


async def half_open(breaker: Breaker) -> None:
    """Fail until open, then wait for the end of its time; the caller that hears 0 is the one that tries."""
    await breaker.failed("host")
    assert await breaker.wait("host") == 0
    await breaker.failed("host")
    assert 0 < await breaker.wait("host") <= OPEN_SECONDS
    deadline = time.monotonic() + 10
    while await breaker.wait("host"):
        assert time.monotonic() < deadline


def test_one_caller_tries_and_the_others_wait(redis_url: str) -> None:
    async def work(breaker: Breaker) -> None:
        await half_open(breaker)
        assert await breaker.wait("host") > OPEN_SECONDS  # the others, while it tries
        assert await breaker.wait("another host") == 0

    with_breaker(redis_url, work)


@pytest.mark.parametrize("answers", [True, False])
def test_its_result_decides(redis_url: str, answers: bool) -> None:
    async def work(breaker: Breaker) -> None:
        await half_open(breaker)
        if answers:
            await breaker.answered("host")
            assert await breaker.wait("host") == 0
            await breaker.failed("host")
            assert await breaker.wait("host") == 0  # the row starts anew
        else:
            await breaker.failed("host")
            assert 0 < await breaker.wait("host") <= OPEN_SECONDS

    with_breaker(redis_url, work)


def test_without_redis_it_is_closed() -> None:
    async def work(breaker: Breaker) -> None:
        for _ in range(3):
            await breaker.failed("host")
        await breaker.answered("host")
        assert await breaker.wait("host") == 0

    with_breaker(NO_REDIS, work)
