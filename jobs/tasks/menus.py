"""Tasks of rich menus: LINE is told of those who registered, left, or chose another language."""

from procrastinate import JobContext

from infra.database import UnitOfWorkFactory
from infra.queue import queue
from services.menus import Menus

EVERY_MINUTE = "* * * * *"


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="menus.follow", queueing_lock="menus.follow", lock="menus.follow", pass_context=True)
def follow(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Failing costs nothing: the next run makes it up."""
    menus: Menus = context.additional_context["menus"]
    units: UnitOfWorkFactory = context.additional_context["units"]
    menus.follow(units)
