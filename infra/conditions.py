"""Lists by statements written by hand: one condition for each value that is given, and a plan for these values."""

from collections.abc import Container, Mapping
from typing import Any

from psycopg import Connection, Cursor, sql
from psycopg.rows import namedtuple_row


def all_of(always: str, conditions: Mapping[str, str], asked: Container[str], **parts: sql.Composable) -> sql.Composed:
    """`always`, and each of `conditions` whose name is asked for. `parts` go where braces name them.

    Only words of the house are put together here; values travel beside the statement.
    """
    chosen = [always, *(condition for name, condition in conditions.items() if name in asked)]
    return sql.SQL(" AND ".join(chosen)).format(**parts)


def rows_of(connection: Connection[Any], statement: bytes | sql.Composed, values: Mapping[str, object]) -> list[Any]:
    """The rows, as named tuples. Planned each time, never prepared: the plan that serves any value would walk a million
    rows for the few of a rare one.
    """
    cursor: Cursor[Any] = connection.cursor(row_factory=namedtuple_row)
    return cursor.execute(statement, values, prepare=False).fetchall()
