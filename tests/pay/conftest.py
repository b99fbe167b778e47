"""A world to pay in, on a database of its own."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from infra.database import make_engine
from tests.pay.world import World


@pytest.fixture
def pay_engine(database_url: str) -> Iterator[Engine]:
    """An engine wide enough for twenty clicks at once."""
    engine = make_engine(database_url, pool_size=24, application="tests-pay")
    yield engine
    engine.dispose()


@pytest.fixture
def world(pay_engine: Engine) -> World:
    return World.build(pay_engine)
