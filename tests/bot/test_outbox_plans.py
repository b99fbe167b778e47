"""However much waits, the outbox's statements walk from row to row: none of them reads the backlog."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from bot import outbox_statements as statements
from bot.pump import SETTINGS
from infra.database import UnitOfWorkFactory
from tests.bot.running import BOT

BACKLOG = 2_000
FILL = """
INSERT INTO outbound_message (id, channel, lane, body, rank, topic)
SELECT gen_random_uuid(), :bot, 'U' || n, '[]', 2, 'draw' FROM generate_series(1, :backlog) AS n
"""


@pytest.fixture
def connection(database_url: str, uow: UnitOfWorkFactory) -> Iterator[Any]:
    """As the pump has it, before anybody has counted the rows."""
    with uow() as unit:
        unit.connection.execute(text(FILL), {"bot": BOT, "backlog": BACKLOG})
    options = " ".join(f"-c {setting}" for setting in SETTINGS)
    with psycopg.connect(database_url, autocommit=True, options=options) as opened:
        yield opened


def read(connection: Any, statement: str, values: Any) -> int:
    """How many rows its scans looked at."""
    plan = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values).fetchone()[0][0]["Plan"]
    return _read(plan)


def _read(plan: dict[str, Any]) -> int:
    own = plan.get("Relation Name") == "outbound_message" and "Scan" in plan["Node Type"]
    seen = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) if own else 0
    return int(seen * plan["Actual Loops"]) + sum(map(_read, plan.get("Plans", ())))


def test_taking_and_marking_some_reads_only_these(connection: Any) -> None:
    lanes = [f"U{n}" for n in range(1, 65)]
    assert read(connection, statements.TAKE, ([BOT] * 64, lanes)) <= 64 * 4
    ids = [row[0] for row in connection.execute("SELECT id FROM outbound_message LIMIT 64").fetchall()]
    marks = [(one, "pushed", "r", True, False, 0.0, None) for one in ids]
    columns = tuple(list(column) for column in zip(*marks, strict=True))
    assert read(connection, statements.MARK, columns) <= 64 * 2


def test_finding_some_reads_those_in_hand_and_no_more(connection: Any) -> None:
    in_hand = [f"{BOT}:U{n}" for n in range(1, 101)]
    find = statements.FIND.format(table="outbound_message", waiting="ended_at IS NULL")
    assert read(connection, find, {"in_hand": in_hand, "look": 64, "lock": 7_002}) <= 300


def test_what_waits_for_its_hour_is_not_walked_over(connection: Any) -> None:
    connection.execute("UPDATE outbound_message SET next_attempt_at = now() + interval '3 hours'")
    connection.execute(
        "INSERT INTO outbound_message (id, channel, lane, body, rank) VALUES (%s, %s, 'U0', '[]', 4)",
        (uuid.uuid4(), BOT),
    )
    find = statements.FIND.format(table="outbound_message", waiting="ended_at IS NULL")
    assert read(connection, find, {"in_hand": [], "look": 64, "lock": 7_002}) <= 10
