"""The queue: a job exists if and only if its transaction did, and outlives the worker that was killed with it."""

import asyncio
from typing import Any

import pytest
from procrastinate import PsycopgConnector
from sqlalchemy import text

from infra.database import UnitOfWorkFactory
from infra.queue import defer, queue
from jobs import schedule

ran: list[str] = []


@queue.task(name="tests.note")
def note(what: str) -> None:
    ran.append(what)


END = text(
    "UPDATE procrastinate_jobs SET status = CAST(:status AS procrastinate_job_status) WHERE args->>'what' = :what"
)
AGE = text(
    "UPDATE procrastinate_events SET at = now() - make_interval(hours => :hours)"
    " WHERE job_id = (SELECT id FROM procrastinate_jobs WHERE args->>'what' = :what)"
)
SCHEDULED = dict(queue.periodic_registry.periodic_tasks)


@pytest.fixture(autouse=True)
def nothing_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test defers is run."""
    monkeypatch.setattr(queue.periodic_registry, "periodic_tasks", {})
    ran.clear()


def jobs(uow: UnitOfWorkFactory) -> list[tuple[str, str]]:
    with uow() as unit:
        rows = unit.connection.execute(text("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"))
        return [(row[0], row[1]) for row in rows]


def run_until_empty(database_url: str, **context: Any) -> None:
    """One worker, until nothing waits."""

    async def work() -> None:
        with queue.replace_connector(PsycopgConnector(conninfo=database_url, min_size=1, max_size=3)) as app:
            async with app.open_async():
                await app.run_worker_async(
                    wait=False, listen_notify=False, install_signal_handlers=False, additional_context=context
                )

    asyncio.run(work())


def test_a_job_is_committed_with_its_fact(uow: UnitOfWorkFactory, database_url: str) -> None:
    with uow() as unit:
        defer(unit, "tests.note", what="7")
        assert jobs(uow) == [], "not before the commit"
    assert jobs(uow) == [("tests.note", "todo")]
    run_until_empty(database_url)
    assert ran == ["7"]
    assert jobs(uow) == [("tests.note", "succeeded")]


def test_a_job_is_rolled_back_with_its_fact(uow: UnitOfWorkFactory) -> None:
    with pytest.raises(RuntimeError), uow() as unit:
        defer(unit, "tests.note", what="7")
        raise RuntimeError
    assert jobs(uow) == []


def test_arguments_are_ids_of_rows_only(uow: UnitOfWorkFactory) -> None:
    with uow() as unit, pytest.raises(TypeError, match=r"tests\.note: what must be the id of a row"):
        defer(unit, "tests.note", what={"plate": "x"})


def test_a_job_of_a_killed_worker_is_run_again(uow: UnitOfWorkFactory, database_url: str) -> None:
    with uow() as unit:
        defer(unit, "tests.note", what="7")
    with uow() as unit:  # what a kill leaves: taken by a worker that has been silent since
        silent = text(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        worker = unit.connection.execute(silent).scalar()
        unit.connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :w"), {"w": worker})
    run_until_empty(database_url)
    assert ran == []
    with uow() as unit:
        defer(unit, schedule.retry_stalled.name, timestamp=0)
    run_until_empty(database_url)
    assert ran == ["7"]


def test_old_jobs_are_deleted_when_they_have_ended(uow: UnitOfWorkFactory, database_url: str) -> None:
    with uow() as unit:
        for what in ("a", "b", "c"):
            defer(unit, "tests.note", what=what)
    ended = [("a", "succeeded", 25), ("b", "failed", 25), ("c", "failed", 24 * 31)]
    with uow() as unit:
        for what, status, hours in ended:
            values = {"what": what, "status": status, "hours": hours}
            unit.connection.execute(END, values)
            unit.connection.execute(AGE, values)
    with uow() as unit:
        defer(unit, schedule.delete_finished.name, timestamp=0)
    run_until_empty(database_url)
    with uow() as unit:
        left = unit.connection.execute(text("SELECT args->>'what' FROM procrastinate_jobs WHERE args ? 'what'"))
        assert left.scalars().all() == ["b"]


def test_the_sweep_of_the_queues_runs_with_the_workers_services(uow: UnitOfWorkFactory, database_url: str) -> None:
    with uow() as unit:
        unit.connection.execute(
            text(
                "INSERT INTO inbound_event (event_id, channel, lane, happened_at, payload, done_at)"
                " VALUES ('e', 'c', 'l', 0, 'x', now() - interval '8 days')"
            )
        )
        defer(unit, schedule.forget.name, timestamp=0)
    run_until_empty(database_url, units=uow)
    with uow() as unit:
        assert unit.connection.execute(text("SELECT payload FROM inbound_event")).scalar() is None


def test_everything_scheduled_is_known_and_never_queued_twice() -> None:
    names = {entry.task.name for entry in SCHEDULED.values()}
    assert {"queue.retry_stalled", "queue.delete_finished", "queues.forget"} <= names
    assert all(entry.task.queueing_lock for entry in SCHEDULED.values())
