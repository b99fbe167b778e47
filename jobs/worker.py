"""The worker process: pumps, jobs and the schedule in one event loop, until SIGTERM.

Nothing that goes wrong outside ends it: a part that fails is started again after a pause, for as long as it takes.
"""

import asyncio
import gc
import importlib
import os
import pkgutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.worker import Worker

import jobs.schedule
import jobs.tasks
from infra import logging, metrics
from infra.connections import WORKER_PROCESS, TooFewConnectionsError, check_room
from infra.database import CONNECT_SECONDS
from infra.embedded import store_urls
from infra.embedded_process import EmbeddedError
from infra.keys import with_keys
from infra.queue import queue
from infra.settings import SettingsError, load
from infra.supervisor import leave_with_parent
from wiring import INBOX_THREADS, Component, House, worker_components

JOBS_AT_ONCE = 8
QUEUE_CONNECTIONS = 3  # of the queue itself: one listens, one fetches, one finishes
HOUSE_CONNECTIONS = INBOX_THREADS + JOBS_AT_ONCE
PAUSE_SECONDS = (0.2, 1.0, 2.0, 5.0)
STOP_SECONDS = 9.0  # what is in hand may finish for so long; what is not done then is taken up by another worker
JOB_STOP_SECONDS = 7.0
NICENESS = 10

log = structlog.get_logger(__name__)


class Jobs:
    """The queue's worker as a component."""

    def __init__(self, url: str, services: Mapping[str, object]) -> None:
        self._url = url
        self._services = dict(services)
        self._worker: Worker | None = None

    async def run(self) -> None:
        """Run jobs until stop(). Raises when the database is lost; another run() begins anew."""
        connector = PsycopgConnector(
            conninfo=self._url,
            min_size=1,
            max_size=QUEUE_CONNECTIONS,
            kwargs={
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "parkline queue",
                "options": "-c timezone=UTC",
            },
        )
        with queue.replace_connector(connector) as app:
            async with app.open_async():
                await self._work(app)

    async def _work(self, app: App) -> None:
        self._worker = Worker(
            app,
            concurrency=JOBS_AT_ONCE,
            install_signal_handlers=False,
            shutdown_graceful_timeout=JOB_STOP_SECONDS,
            additional_context=self._services,
            worker_middleware=[_measured],
        )
        await self._worker.run()

    async def stop(self) -> None:
        """Take no new job; run() returns when those in hand have ended or been given back."""
        if self._worker is not None:
            self._worker.stop()


async def _measured(call_next: Callable[[], Any], context: JobContext, worker: Worker) -> Any:  # noqa: ARG001
    began = time.monotonic()
    outcome = "failed"
    try:
        result = await call_next()
        outcome = "done"
        return result
    finally:
        metrics.JOBS.labels(context.job.task_name, outcome).observe(time.monotonic() - began)


async def work(components: Sequence[Component], stopping: asyncio.Event) -> None:
    """Run the components until `stopping` is set and they have ended."""
    running = [asyncio.ensure_future(_keep_running(component, stopping)) for component in components]
    await stopping.wait()
    await asyncio.gather(*(component.stop() for component in components))
    await asyncio.wait(running, timeout=STOP_SECONDS)


async def _keep_running(component: Component, stopping: asyncio.Event) -> None:
    name = type(component).__name__
    failures = 0
    while not stopping.is_set():
        began = time.monotonic()
        try:
            await component.run()
        except Exception as error:
            failures = 0 if time.monotonic() - began > PAUSE_SECONDS[-1] else failures + 1
            log.error("component_failed", component=name, exc_info=error)
            metrics.RESTARTS.labels(name).inc()
        pause = PAUSE_SECONDS[min(failures, len(PAUSE_SECONDS) - 1)]
        await asyncio.wait([asyncio.ensure_future(stopping.wait())], timeout=pause)


async def _until_signalled(components: Sequence[Component]) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    log.info("worker_started")
    await work(components, stopping)
    log.info("worker_stopped")


def discover_tasks() -> None:
    """Import every file of jobs/tasks, so that its tasks are known to the queue."""
    for module in pkgutil.iter_modules(jobs.tasks.__path__):
        importlib.import_module(f"jobs.tasks.{module.name}")


def give_way() -> None:
    """Let the web go first on a busy machine: LINE waits for its 200, an answer may take a moment longer."""
    os.nice(NICENESS)
    if os.getsid(0) == os.getpid():  # Linux may weigh whole sessions against each other; then this one is all ours
        with suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(NICENESS))


def keep_what_is_made() -> None:
    """What the start has made stays for ever: collections of garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()


def main() -> int:
    """The process of Procfile's `worker`. Returns the exit status."""
    logging.configure()
    give_way()
    try:
        settings = load(os.environ)
        settings = with_keys(settings, settings.parkline_var)
        for line in settings.warnings:
            log.warning("setting", what=line)
        discover_tasks()
        with store_urls(settings) as urls:
            check_room(urls.database, WORKER_PROCESS)
            leave_with_parent()
            house = House(settings, urls, connections=HOUSE_CONNECTIONS, name="worker")
            parts = [*worker_components(house), Jobs(urls.database, house.for_tasks())]
            keep_what_is_made()
            asyncio.Runner().run(_until_signalled(parts))
    except (SettingsError, EmbeddedError, TooFewConnectionsError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one line of a start that cannot be
        return 2
    sys.stdout.flush()
    os._exit(0)  # no waiting for threads that wait for an answer: their rows are taken up again


if __name__ == "__main__":
    sys.exit(main())
