"""A fake of LINE and workers of the kit alone."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

import bot.inbox
import bot.outbox
from bot.conversation import Conversation
from infra.database import UnitOfWorkFactory
from tests.bot.running import Running
from tests.bot.talkers import Start
from tests.fakes.line import FakeLine


@pytest.fixture
def line() -> Iterator[FakeLine]:
    """LINE, as strict as it is."""
    with FakeLine() as fake:
        yield fake


@pytest.fixture
def start(
    database_url: str, uow: UnitOfWorkFactory, redis_url: str, line: FakeLine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    """Starts a worker with these conversations; what failed comes again soon."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE effect (event_id text)")
    monkeypatch.setattr(bot.inbox, "RETRY_SECONDS", (0.02,) * 4)
    monkeypatch.setattr(bot.outbox, "BACKOFF_SECONDS", (0.05,))
    running: list[Running] = []

    def start(*conversations: Conversation[Any], **options: Any) -> Running:
        worker = Running(database_url, uow, redis_url, line, conversations, **options)
        running.append(worker)
        return worker.__enter__()

    yield start
    for worker in running:
        worker.__exit__()
