"""Tasks of watching bills: the cities are asked all day long, the list of plates follows the bindings."""

from procrastinate import JobContext

from infra.queue import queue
from jobs.context import units_of
from services.watch_list import AT_ONCE, WatchList
from services.watching import Watching

EVERY_MINUTE = "* * * * *"
EVERY_TEN_MINUTES = "4-59/10 * * * *"
EVERY_HOUR = "11 * * * *"
EVERY_NIGHT = "51 17 * * *"  # UTC: 01:51 in Taiwan
ASKING_SECONDS = 50.0  # then the next run goes on: a worker that ends loses little


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="watching.ask", queueing_lock="watching.ask", lock="watching.ask", pass_context=True)
async def ask(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Ask about the plates whose turn it is; one run at a time in all workers."""
    watching: Watching = context.additional_context["watching"]
    await watching.ask(units_of(context), ASKING_SECONDS, context.should_abort)


@queue.periodic(cron=EVERY_TEN_MINUTES)
@queue.task(name="watching.measure", queueing_lock="watching.measure", pass_context=True)
def measure(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Backlog and age of the oldest answer into the metrics."""
    watching: Watching = context.additional_context["watching"]
    watching.measure(units_of(context))


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="watching.enrol", queueing_lock="watching.enrol", pass_context=True)
def enrol(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Take in plates that are reminded of from tomorrow on, city by city, batch by batch."""
    watch_list: WatchList = context.additional_context["watch_list"]
    for city in watch_list.cities:
        taken = AT_ONCE
        while taken == AT_ONCE:
            with units_of(context)() as uow:
                taken = watch_list.enrol(uow, city)


@queue.periodic(cron=EVERY_NIGHT)
@queue.task(name="watching.drop", queueing_lock="watching.drop", pass_context=True)
def drop(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Forget plates that nobody wants to be reminded of, with what the cities listed for them."""
    watch_list: WatchList = context.additional_context["watch_list"]
    for city in watch_list.cities:
        with units_of(context)() as uow:
            watch_list.drop(uow, city)
