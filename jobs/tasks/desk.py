"""Tasks of the service desk: photos are got from LINE, silent cases close, what is over is forgotten."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from infra.queue import queue
from jobs.context import units_of
from services.desk.forgetting import Forgetting
from services.desk.lateness import Lateness
from services.desk.photos import ThreadPhotos
from services.desk.threads import FETCH_PHOTO, Threads

RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)  # 4 s, 16 s, 64 s … about six hours in all
EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "23 * * * *"
EVERY_MORNING = "11 2 * * *"  # UTC: 10:11 in Taiwan, when nobody is woken by being asked


@queue.task(name=FETCH_PHOTO, pass_context=True, retry=RETRY)
def fetch_photo(context: JobContext, message_id: str) -> None:
    """Get one photo."""
    photos: ThreadPhotos = context.additional_context["thread_photos"]
    photos.fetch(units_of(context), UUID(message_id))


@queue.periodic(cron=EVERY_MORNING)
@queue.task(name="desk.close_silent", queueing_lock="desk.close_silent", pass_context=True)
def close_silent(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Cases in which nobody writes any more, batch by batch."""
    threads: Threads = context.additional_context["threads"]
    closed = 1
    while closed:
        with units_of(context)() as uow:
            closed = threads.close_silent(uow)


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="desk.measure", queueing_lock="desk.measure", pass_context=True)
def measure(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Cases that nobody has answered in time into the metrics and the log."""
    lateness: Lateness = context.additional_context["thread_lateness"]
    lateness.measure(units_of(context))


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="desk.forget", queueing_lock="desk.forget", pass_context=True)
def forget(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """What was unsent goes at once, what is old when its days are over; batch by batch."""
    forgetting: Forgetting = context.additional_context["thread_forgetting"]
    for sweep in forgetting.sweeps:
        forgotten = 1
        while forgotten:
            with units_of(context)() as uow:
                forgotten = sweep(uow)
