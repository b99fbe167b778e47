"""The queues forget what they need no more, and nothing else."""

import psycopg
import pytest

from bot import retention
from infra.database import UnitOfWorkFactory

EVENT = (
    "INSERT INTO inbound_event (event_id, channel, lane, happened_at, payload, done_at, received_at, dialog_state) "
    "VALUES (%s, '', '', 0, %s, now() - %s::interval, now() - %s::interval, %s)"
)
MESSAGE = (
    "INSERT INTO outbound_message (id, channel, lane, body, plain, ended_at) "
    "VALUES (gen_random_uuid(), %s, '', 'body', 'plain', now() - %s::interval)"
)


@pytest.fixture
def connection(database_url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(database_url, autocommit=True)


def test_each_thing_is_kept_for_its_time_and_no_longer(
    connection: "psycopg.Connection[tuple[object, ...]]", uow: UnitOfWorkFactory
) -> None:
    with connection:
        connection.execute(EVENT, ("young", b"{}", "9 minutes", "9 minutes", b"state"))
        connection.execute(EVENT, ("state", b"{}", "11 minutes", "11 minutes", b"state"))
        connection.execute(EVENT, ("aside", b"{}", "8 days", "8 days", None))
        connection.execute(EVENT, ("old", None, "31 days", "31 days", None))
        connection.execute(EVENT, ("waiting", b"{}", None, "31 days", None))
        for name, age in (("fresh", "6 days"), ("bare", "8 days"), ("gone", "91 days"), ("unsent", None)):
            connection.execute(MESSAGE, (name, age))
        with uow() as unit:
            assert retention.sweep(unit) == 5
        with uow() as unit:
            assert retention.sweep(unit) == 0
            assert retention.prune(unit) == 1
        events = connection.execute(
            "SELECT event_id, payload IS NULL, dialog_state IS NULL FROM inbound_event"
        ).fetchall()
        assert sorted(events) == [
            ("aside", True, True),
            ("state", False, True),
            ("waiting", False, True),
            ("young", False, False),
        ]
        messages = connection.execute("SELECT channel, body IS NULL, plain IS NULL FROM outbound_message").fetchall()
        assert sorted(messages) == [("bare", True, True), ("fresh", False, False), ("unsent", False, False)]
