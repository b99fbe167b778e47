"""What the queue and the tables need by the clock."""

from collections.abc import Callable

from procrastinate import JobContext

from bot import retention
from infra.database import UnitOfWork, UnitOfWorkFactory
from infra.queue import queue

EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "7 * * * *"
STALLED_SECONDS = 45.0  # a worker says it lives every 10
EVERY_NIGHT = "37 20 * * *"  # UTC: 04:37 in Taiwan
KEEP_FINISHED_HOURS = 24
KEEP_FAILED_HOURS = 24 * 30


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="queue.retry_stalled", queueing_lock="queue.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Jobs whose worker was killed are queued again."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="queue.delete_finished", queueing_lock="queue.delete_finished", pass_context=True)
async def delete_finished(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Finished jobs are kept a day, failed ones a month for whoever looks into them."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=KEEP_FINISHED_HOURS)
    await manager.delete_old_jobs(
        nb_hours=KEEP_FAILED_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="queues.forget", queueing_lock="queues.forget", pass_context=True)
def forget(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Inbox and outbox drop what they need not know any longer, batch by batch."""
    _until_done(context, retention.sweep)


@queue.periodic(cron=EVERY_NIGHT)
@queue.task(name="queues.prune", queueing_lock="queues.prune", pass_context=True)
def prune(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Messages older than anybody may ask for are deleted."""
    _until_done(context, retention.prune)


def _until_done(context: JobContext, batch: Callable[[UnitOfWork], int]) -> None:
    """Batch by batch, each in a transaction of its own, until nothing is left to do."""
    units: UnitOfWorkFactory = context.additional_context["units"]
    touched = 1
    while touched:
        with units() as uow:
            touched = batch(uow)
