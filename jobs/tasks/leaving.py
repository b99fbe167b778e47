"""Tasks of leaving and of downloads: erasing at once where nothing is open, and looking again until it is done."""

from uuid import UUID

from procrastinate import JobContext

from infra.queue import queue
from jobs.context import units_of
from services.downloads import Downloads
from services.leaving import ERASE, Leaving

EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "23 * * * *"


@queue.task(name=ERASE, pass_context=True)
def erase(context: JobContext, leaving_id: str) -> None:
    """Erase one who left. Not yet possible, or failing, costs nothing: the sweep comes again."""
    leaving: Leaving = context.additional_context["leaving"]
    leaving.erase(units_of(context), UUID(leaving_id))


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="leaving.sweep", queueing_lock="leaving.sweep", pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Look at every leaving that has not ended: last words may have gone, a payment may be known by now."""
    leaving: Leaving = context.additional_context["leaving"]
    with units_of(context)() as uow:
        due = leaving.due(uow)
    for leaving_id in due:
        leaving.erase(units_of(context), leaving_id)


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="downloads.forget", queueing_lock="downloads.forget", pass_context=True)
def forget_downloads(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Links that ended are deleted."""
    downloads: Downloads = context.additional_context["downloads"]
    with units_of(context)() as uow:
        downloads.forget(uow)
