"""No second ever holds more than the rate allows, whoever books; without Redis each process keeps a share of it."""

from collections.abc import Sequence

import pytest
import redis as redis_client
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.backoff import NoBackoff
from redis.retry import Retry

import infra.pace
from infra.pace import ALONE_SHARE, FARTHEST_SECONDS, Pace

RATE = 1000.0


def moments(pace: Pace, wanted: Sequence[int]) -> list[float]:
    """When the calls of some bookings made at one moment may leave, in seconds from the first booking."""
    found: list[float] = []
    for count in wanted:
        wait = pace.book({"push": count}).get("push", 0.0)
        found += [wait + number * pace.interval("push") for number in range(count)]
    return found


def assert_within(found: Sequence[float], rate: float, jitter: float) -> None:
    """Any `rate` + 1 calls in a row take a second at least, but for the time that booking itself took."""
    ordered = sorted(found)
    for first, last in zip(ordered, ordered[int(rate) :], strict=False):
        assert last - first >= 1 - jitter


@pytest.fixture
def two(redis: redis_client.Redis) -> list[Pace]:
    return [Pace(redis, {"push": RATE, "reply": RATE}) for _ in range(2)]


def test_two_workers_share_one_rate(two: list[Pace]) -> None:
    found = [moment for turn in range(6) for moment in moments(two[turn % 2], [250])]
    assert_within(found, RATE, jitter=0.2)
    assert max(found) > 1.2, "1,500 calls cannot leave sooner"
    assert two[0].book({"reply": 5})["reply"] == 0, "another bucket is not touched"


def nobody() -> redis_client.Redis:
    """A Redis that is not there, asked once only: the library's own pauses between tries are not what is tested."""
    return redis_client.Redis(port=1, retry=Retry(NoBackoff(), 0))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_bookings_of_any_size_never_overlap(wanted: list[int]) -> None:
    pace = Pace(nobody(), {"push": RATE})
    found = moments(pace, wanted)
    assert_within(found, RATE, jitter=0.05)


def test_a_hold_is_a_hold_for_everybody(two: list[Pace]) -> None:
    two[0].hold("push", 3.0)
    assert 2.5 < two[1].book({"push": 1})["push"] <= 3.0
    assert two[1].book({"reply": 1})["reply"] == 0


def test_a_clock_that_jumped_does_not_stop_the_city(redis: redis_client.Redis) -> None:
    pace = Pace(redis, {"push": RATE})
    seconds, micros = redis.time()  # type: ignore[misc]
    redis.set("pace:push", f"{(seconds + FARTHEST_SECONDS + 5) * 1e6 + micros:.0f}")
    assert pace.book({"push": 1})["push"] == 0


def test_without_redis_each_keeps_a_share_and_asks_again(
    redis: redis_client.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Pace(nobody(), {"push": RATE})
    away.book({"push": 500})
    assert away.book({"push": 1})["push"] == pytest.approx(500 / (RATE * ALONE_SHARE), abs=0.3)
    away.hold("push", 60.0)
    assert away.book({"push": 1})["push"] > 30
    monkeypatch.setattr(infra.pace, "ASK_AGAIN_SECONDS", 0.0)
    back = Pace(redis, {"push": RATE})
    assert back.book({"push": 1})["push"] == 0
    assert back.book({}) == {}
