"""The fixtures keep their promises: every test has stores of its own."""

import pytest
import redis as redis_client
from sqlalchemy import text

from infra.database import UnitOfWorkFactory


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_has_an_empty_database(uow: UnitOfWorkFactory, turn: int) -> None:
    with uow() as unit:
        unit.connection.execute(text("CREATE TABLE left_behind (id integer)"))
    with uow() as unit:
        assert unit.connection.execute(text("SELECT count(*) FROM left_behind")).scalar() == 0


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_has_an_empty_redis(redis: redis_client.Redis, turn: int) -> None:
    assert redis.set("left-behind", turn, nx=True)
