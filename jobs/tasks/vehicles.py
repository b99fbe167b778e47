"""Tasks of vehicles: 開單無紙化 ends where nobody who asked for it can be reached; owners are asked once a year;
whoever asked is reminded to bind a plate's automatic payment (代繳) again.
"""

from procrastinate import JobContext

from infra.database import UnitOfWorkFactory
from infra.queue import queue
from services.autopay import Autopay
from services.ownership import Ownership
from services.paperless import PaperlessPlates

EVERY_FIVE_MINUTES = "*/5 * * * *"
EVERY_MORNING = "29 2 * * *"  # UTC: 10:29 in Taiwan


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


@queue.periodic(cron=EVERY_MORNING)
@queue.task(name="vehicles.wonder", queueing_lock="vehicles.wonder", pass_context=True)
def wonder(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Ask whose vehicle nobody has confirmed for a year, batch by batch."""
    ownership: Ownership = context.additional_context["ownership"]
    units: UnitOfWorkFactory = context.additional_context["units"]
    asked = 1
    while asked:
        with units() as uow:
            asked = ownership.wonder(uow)


@queue.periodic(cron=EVERY_FIVE_MINUTES)
@queue.task(name="vehicles.tell_autopay", queueing_lock="vehicles.tell_autopay", pass_context=True)
def tell_autopay(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Tell whoever asked that another firm may bind their plate, batch by batch."""
    autopay: Autopay = context.additional_context["autopay"]
    units: UnitOfWorkFactory = context.additional_context["units"]
    told = 1
    while told:
        with units() as uow:
            told = autopay.tell(uow)
