"""The connection that holds the locks breaks between finding lanes and taking their rows: nobody is forgotten."""

from typing import Any

import psycopg
import pytest

from bot.pump import LanePump
from infra.database import UnitOfWorkFactory
from tests.bot.running import Running, eventually
from tests.fakes.line import FakeLine


@pytest.mark.parametrize("name", ["inbox", "outbox"])
def test_lanes_in_hand_when_the_connection_breaks_are_taken_again(
    name: str, database_url: str, uow: UnitOfWorkFactory, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeLine() as line, Running(database_url, uow, redis_url, line) as worker:
        pump: LanePump = getattr(worker, name)
        take = pump.take
        broken: list[Any] = []

        def take_after_one_break(connection: Any, lanes: Any) -> Any:
            if not broken:
                broken.append(lanes)
                raise psycopg.OperationalError("the server closed the connection")
            return take(connection, lanes)

        monkeypatch.setattr(pump, "take", take_after_one_break)
        citizen = line.user()
        worker.receive(line.events.text(citizen, "hello"))
        eventually(lambda: worker.texts(citizen) == ["聽不懂"])
        assert broken
