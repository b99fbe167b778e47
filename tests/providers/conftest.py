"""The clocks, and every provider over its fake."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from tests.clock import MovableClock
from tests.pay.conftest import pay_engine
from tests.providers.rigs import RIGS, Rig
from tests.providers.takings import BEGAN

__all__ = ["pay_engine"]


@pytest.fixture
def clock() -> MovableClock:
    """When the attempt of takings.py began."""
    return MovableClock(BEGAN)


@pytest.fixture
def this_moment() -> MovableClock:
    """As the database's clock has it."""
    return MovableClock(datetime.now(UTC))


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest, pay_engine: Engine, this_moment: MovableClock) -> Iterator[Rig]:
    """Each provider in turn."""
    with RIGS[request.param](pay_engine, this_moment) as made:
        yield made
