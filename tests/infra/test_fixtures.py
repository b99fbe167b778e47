"""The fixtures keep their promises: every test has stores of its own."""

import psycopg
import pytest
import redis as redis_client
from sqlalchemy import text

from infra.database import UnitOfWorkFactory

pytestmark = pytest.mark.slow  # makes databases

LEFT_OPEN: list["psycopg.Connection[tuple[object, ...]]"] = []


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_has_an_empty_database(uow: UnitOfWorkFactory, turn: int) -> None:
    with uow() as unit:
        unit.connection.execute(text("CREATE TABLE left_behind (id integer)"))
    with uow() as unit:
        assert unit.connection.execute(text("SELECT count(*) FROM left_behind")).scalar() == 0


@pytest.mark.parametrize("turn", [1, 2])
def test_numbers_begin_anew(uow: UnitOfWorkFactory, turn: int) -> None:
    stored = "INSERT INTO inbound_event (event_id, channel, lane, happened_at) VALUES ('e', 'c', 'l', 0) RETURNING seq"
    with uow() as unit:
        assert unit.connection.execute(text(stored)).scalar_one() == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_a_changed_table_is_not_handed_on(uow: UnitOfWorkFactory, turn: int) -> None:
    with uow() as unit:
        unit.connection.execute(text("ALTER TABLE citizen ADD COLUMN left_behind integer"))


@pytest.mark.parametrize("turn", [1, 2])
def test_rows_of_the_migrations_are_not_lost(uow: UnitOfWorkFactory, turn: int) -> None:
    with uow() as unit:
        assert unit.connection.execute(text("DELETE FROM alembic_version")).rowcount == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_who_stayed_connected_holds_nothing_up(database_url: str, turn: int) -> None:
    staying = psycopg.connect(database_url)
    LEFT_OPEN.append(staying)
    staying.execute("SET lock_timeout = '1s'")
    staying.execute("LOCK TABLE citizen")
    if turn == 2:
        for left in LEFT_OPEN:
            left.close()


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_has_an_empty_redis(redis: redis_client.Redis, turn: int) -> None:
    assert redis.set("left-behind", turn, nx=True)
