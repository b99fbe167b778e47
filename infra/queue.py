"""The job queue: Procrastinate on our PostgreSQL. Services defer by name inside their own transaction."""

from datetime import datetime

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

from infra.database import UnitOfWork

# Two faces of one queue: jobs/ registers tasks on `queue` and the worker runs them; `_door` only writes rows, on the
# caller's connection, and never opens one.
queue = App(connector=PsycopgConnector())
_door = App(connector=SyncPsycopgConnector())


def defer(
    uow: UnitOfWork, task_name: str, *, not_before: datetime | None = None, priority: int = 0, **row_ids: object
) -> None:
    """Queue a task in the transaction of `uow`: it runs if and only if that commits, and not before an aware moment.

    Of tasks that wait, those of a higher `priority` run first.
    Arguments are ids of rows (text or integers), never personal data: they are stored and logged in the clear.
    Raises TypeError for anything else.
    """
    for name, value in row_ids.items():
        if not isinstance(value, str | int):
            raise TypeError(f"{task_name}: {name} must be the id of a row")
    _door.configure_task(task_name, connection=uow.driver, schedule_at=not_before, priority=priority).defer(**row_ids)
