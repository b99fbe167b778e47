"""The connection that holds the locks breaks between finding lanes and taking their rows: nobody is forgotten."""

from typing import Any

import psycopg
import pytest

from bot.inbox import MOST_ATTEMPTS
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


def test_waiting_in_a_worker_that_is_killed_uses_up_no_attempt(
    database_url: str, uow: UnitOfWorkFactory, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeLine() as line, Running(database_url, uow, redis_url, line) as worker:
        submit = worker.inbox._submit
        taken: list[int] = []

        def never_begun_at_first(works: Any) -> None:
            taken.extend(work.taken.attempts for work in works)
            if len(taken) > 2 * MOST_ATTEMPTS:
                submit(works)
                return
            for work in works:
                worker.inbox.finish(work.taken.lane)  # found again, as another worker would after a kill

        monkeypatch.setattr(worker.inbox, "_submit", never_begun_at_first)
        citizen = line.user()
        worker.receive(line.events.text(citizen, "hello"))
        eventually(lambda: worker.texts(citizen) == ["聽不懂"])
        assert max(taken) == 2
