"""The schedule: every periodic task is described, runs on an ordinary night, and changes nothing when it runs twice."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from procrastinate import PsycopgConnector
from sqlalchemy import text

from infra import settings
from infra.clock import SystemClock
from infra.embedded import StoreUrls
from infra.keys import with_keys
from infra.queue import queue
from jobs.worker import discover_tasks
from services.demo import fill
from services.passes.demo import fill as fill_passes
from wiring import House

PAGE = Path(__file__).parent.parent.parent / "docs" / "operating.md"
OUTSIDE = {"menus.follow"}  # speaks to LINE at each run: tests/notices/test_rich_menus.py

discover_tasks()
PERIODIC = {task.task.name: task for task in queue.periodic_registry.periodic_tasks.values()}
# Every table of ours with all it holds; the queue's own are not counted: running is what changes them.
TABLES = text("""
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename NOT LIKE 'procrastinate%' ORDER BY 1
""")

MOMENTS = text("""
SELECT format('%I.%I', table_schema, table_name), array_agg(quote_ident(column_name))
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE data_type = 'timestamp with time zone' AND table_type = 'BASE TABLE'
  AND table_schema NOT IN ('pg_catalog', 'information_schema') AND table_name NOT LIKE 'procrastinate%' GROUP BY 1
""")


@pytest.fixture
def house(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[House]:
    """The made-up city, and no city outside."""
    given = with_keys(settings.load({"PARKLINE_VAR": str(tmp_path), "PAYBILL_CITIES": ""}), tmp_path)
    made = House(given, StoreUrls(database_url, redis_url), connections=4, name="test")
    with made.unit() as uow:
        fill(uow, SystemClock())
    fill_passes(made.unit, made.lots, made.rounds, made.entries, made.desk, SystemClock().now())
    yield made
    made.engine.dispose()


def run(house: House, name: str) -> None:
    """The task itself, as the worker calls it."""
    task = PERIODIC[name].task

    async def whole() -> None:
        connector = PsycopgConnector(conninfo=house.urls.database, min_size=1, max_size=2)
        with queue.replace_connector(connector) as app:
            async with app.open_async():
                context: Any = SimpleNamespace(
                    app=app, additional_context=dict(house.for_tasks()), should_abort=lambda: False
                )
                if asyncio.iscoroutinefunction(task.func):
                    await task.func(context, 0)
                else:
                    await asyncio.to_thread(task.func, context, 0)

    asyncio.run(whole())


def held(house: House) -> dict[str, str]:
    """A fingerprint of each table."""
    with house.unit() as uow:
        prints = {}
        for table in uow.connection.execute(TABLES).scalars():
            query = f"SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} t"  # noqa: S608
            prints[table] = str(uow.connection.execute(text(query)).scalar())
        return prints


def age(house: House, hours: int) -> None:
    """As if everything there is had happened so much earlier, and no worker had run since."""
    with house.unit() as uow:
        uow.connection.execute(text("SET LOCAL session_replication_role = replica"))  # past every guard of the tables
        for table, columns in uow.connection.execute(MOMENTS):
            later = ", ".join(f"{column} = {column} - interval '{hours} hours'" for column in columns)
            uow.connection.execute(text(f"UPDATE {table} SET {later}"))  # noqa: S608 - names the database gave


@pytest.mark.slow
@pytest.mark.parametrize("hours", [0, 25], ids=["at once", "after a day's outage"])
def test_every_task_runs_and_a_second_run_changes_nothing(house: House, hours: int) -> None:
    age(house, hours)
    before = held(house)
    for name in sorted(PERIODIC.keys() - OUTSIDE):
        run(house, name)
        first = held(house)
        run(house, name)
        assert held(house) == first, name
    assert held(house) != before, "some of them had something to do"


def test_the_operators_page_lists_every_task() -> None:
    section = PAGE.read_text("utf-8").split("## Schedule\n", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"`([a-z_]+\.[a-z_]+)`", section)) == set(PERIODIC)


def test_no_task_waits_behind_itself_twice() -> None:
    for name, periodic in PERIODIC.items():
        assert periodic.task.queueing_lock == name, "a second one queued does nothing more than the first"
