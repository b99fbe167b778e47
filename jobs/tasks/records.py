"""Tasks of 繳費紀錄: links that ended are deleted."""

from procrastinate import JobContext

from infra.database import UnitOfWorkFactory
from infra.queue import queue
from services.recordfiles import RecordFiles

EVERY_HOUR = "29 * * * *"


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="record_links.forget", queueing_lock="record_links.forget", pass_context=True)
def forget_links(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Links to files of payments are kept a day after their end."""
    units: UnitOfWorkFactory = context.additional_context["units"]
    files: RecordFiles = context.additional_context["record_files"]
    with units() as uow:
        files.forget(uow)
