"""Tasks of vehicles: 開單無紙化 ends where nobody who asked for it can be reached."""

from procrastinate import JobContext

from infra.database import UnitOfWorkFactory
from infra.queue import queue
from services.paperless import PaperlessPlates

EVERY_FIVE_MINUTES = "*/5 * * * *"


@queue.periodic(cron=EVERY_FIVE_MINUTES)
@queue.task(name="vehicles.sweep_paperless", queueing_lock="vehicles.sweep_paperless", pass_context=True)
def sweep_paperless(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Batch by batch, each in a transaction of its own."""
    plates: PaperlessPlates = context.additional_context["plates"]
    units: UnitOfWorkFactory = context.additional_context["units"]
    ended = 1
    while ended:
        with units() as uow:
            ended = plates.sweep(uow)
