"""WHERE of what is asked for, where a statement is written by hand: one condition for each value that is given."""

from collections.abc import Container, Mapping

from psycopg import sql


def all_of(always: str, conditions: Mapping[str, str], asked: Container[str], **parts: sql.Composable) -> sql.Composed:
    """`always`, and each of `conditions` whose name is asked for. `parts` go where braces name them.

    Only words of the house are put together here; values travel beside the statement.
    """
    chosen = [always, *(condition for name, condition in conditions.items() if name in asked)]
    return sql.SQL(" AND ".join(chosen)).format(**parts)
