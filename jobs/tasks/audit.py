"""Tasks of the audit chain: rows are sealed every minute, the head is published outside the database every day."""

from pathlib import Path

from procrastinate import JobContext

from infra.database import UnitOfWorkFactory
from infra.queue import queue
from services import sealing

EVERY_MINUTE = "* * * * *"
EVERY_DAY = "5 16 * * *"  # UTC: five past midnight in Taiwan


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="audit.seal", queueing_lock="audit.seal", pass_context=True)
def seal(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Seal what is new, batch by batch."""
    units: UnitOfWorkFactory = context.additional_context["units"]
    sealed = 1
    while sealed:
        with units() as uow:
            sealed = sealing.seal(uow)


@queue.periodic(cron=EVERY_DAY)
@queue.task(name="audit.publish", queueing_lock="audit.publish", pass_context=True)
def publish(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Add the head to the file of heads."""
    units: UnitOfWorkFactory = context.additional_context["units"]
    with units() as uow:
        newest = sealing.head(uow)
    folder: Path = context.additional_context["var"]
    with (folder / sealing.HEADS).open("a", encoding="ascii") as file:
        file.write(f"{newest}\n")
