"""Tasks of reports: counting what was sent while the messages are there."""

from procrastinate import JobContext

from infra.queue import queue
from jobs.context import units_of
from services.reports import sending

EVERY_NIGHT = "12 16 * * *"  # UTC: 00:12 in Taiwan


@queue.periodic(cron=EVERY_NIGHT)
@queue.task(name="reports.count_sent", queueing_lock="reports.count_sent", pass_context=True)
def count_sent(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """The days of which figures may still change are counted again."""
    with units_of(context)() as uow:
        sending.remember(uow)
