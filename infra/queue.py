"""The job queue: Procrastinate on our PostgreSQL. Services defer by name inside their own transaction."""

from typing import Any

import psycopg_pool
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

from infra.database import CHECKOUT_SECONDS, CONNECT_SECONDS, UnitOfWork

WORKER_CONNECTIONS = 3  # one listens, one fetches, one finishes

# Two faces of one queue: jobs/ registers tasks on `queue` and the worker runs them; `_door` only writes rows, on the
# caller's connection, and never opens one.
queue = App(connector=PsycopgConnector())
_door = App(connector=SyncPsycopgConnector())


def defer(uow: UnitOfWork, task_name: str, **row_ids: object) -> None:
    """Queue a task in the transaction of `uow`: it runs if and only if that commits.

    Arguments are ids of rows (text or integers), never personal data: they are stored and logged in the clear.
    Raises TypeError for anything else.
    """
    for name, value in row_ids.items():
        if not isinstance(value, str | int):
            raise TypeError(f"{task_name}: {name} must be the id of a row")
    _door.configure_task(task_name, connection=uow.driver).defer(**row_ids)


def worker_pool(url: str) -> "psycopg_pool.AsyncConnectionPool[Any]":
    """The worker's own connections to the queue, opened by `queue.open_async(pool)`."""
    return psycopg_pool.AsyncConnectionPool(
        url,
        min_size=1,
        max_size=WORKER_CONNECTIONS,
        timeout=CHECKOUT_SECONDS * 5,
        open=False,
        kwargs={"connect_timeout": CONNECT_SECONDS, "application_name": "parkline queue", "options": "-c timezone=UTC"},
        check=psycopg_pool.AsyncConnectionPool.check_connection,
    )
