"""A city to talk to: real services on a fresh database; only the cities' own servers are played by objects."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.bills.cities import load_cities
from infra.database import UnitOfWorkFactory
from services.citizens import Citizens
from services.collecting import Collecting
from services.links import Links
from services.orders import Orders
from tests.clock import MovableClock
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand, Limit

KEY = "k" * 40
NOW = datetime(2026, 11, 21, 6, 2, tzinfo=UTC)
COLLECTED = ("TPE", "NWT")


@pytest.fixture
def cities_in_hand(clock: MovableClock) -> CitiesInHand:
    """What each city answers; change it in the test. It is Saturday 21 November 2026, 14:02 in Taiwan."""
    clock.set(NOW)
    return CitiesInHand(clock)


@pytest.fixture
def limit() -> Limit:
    """The daily limit; close it in the test."""
    return Limit()


@pytest.fixture
def make_flow(
    uow: UnitOfWorkFactory, clock: MovableClock, cities_in_hand: CitiesInHand, limit: Limit
) -> Callable[..., Flow]:
    """Makes a citizen's chat."""
    cities = load_cities()
    cities_in_hand.cities = cities
    services: dict[str, Any] = {
        "lookup": cities_in_hand,
        "quota": limit,
        "orders": Orders(Collecting(COLLECTED, cities)),
        "links": Links("http://localhost:8000", (KEY,), clock),
        "citizens": Citizens(),
        "cities": cities,
    }
    return lambda **changes: Flow(uow, clock, services, **changes)


@pytest.fixture
def flow(make_flow: Callable[..., Flow]) -> Flow:
    """A citizen whose LINE is in Chinese."""
    return make_flow()
