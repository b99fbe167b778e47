"""Whether PostgreSQL has room for all the connections that web and worker may hold at once."""

import psycopg

from infra.database import CONNECT_SECONDS

WEB_PROCESS = 32  # of its 16 threads each may hold one for its unit of work and one for the webhook's door
WORKER_PROCESS = 17  # units of work of pumps and jobs, the pumps' own, and the queue's own
RESERVE = 5  # for migrations, commands and whoever looks into the database by hand


class TooFewConnectionsError(Exception):
    """max_connections is below what is configured here; its text is one line with both numbers."""


def check_room(url: str, wanted: int) -> None:
    """Raise TooFewConnectionsError when `wanted` connections and a small reserve do not fit.

    A database that cannot be asked right now is no reason not to start: every room waits for it by itself.
    """
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            row = connection.execute(
                "SELECT current_setting('max_connections')::int"
                " - current_setting('superuser_reserved_connections')::int"
            ).fetchone()
    except psycopg.OperationalError:
        return
    room = int(row[0]) if row else 0
    if wanted + RESERVE > room:
        raise TooFewConnectionsError(
            f"PostgreSQL has room for {room} connections, but {wanted} and {RESERVE} in reserve are needed here: "
            "raise max_connections, or lower WEB_CONCURRENCY"
        )
