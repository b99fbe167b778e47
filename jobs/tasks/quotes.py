"""The task of quotes: what pay links were made for is kept as long as the links live."""

from procrastinate import JobContext

from infra.database import UnitOfWorkFactory
from infra.queue import queue
from services import quotes

EVERY_HOUR = "22 * * * *"


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="quotes.forget", queueing_lock="quotes.forget", pass_context=True)
def forget(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Quotes whose links have ended tell nothing but who looked a plate up."""
    units: UnitOfWorkFactory = context.additional_context["units"]
    gone = 1
    while gone:
        with units() as uow:
            gone = quotes.forget(uow)
