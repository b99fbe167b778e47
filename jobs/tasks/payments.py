"""Tasks of money: attempts are asked about until they are known, orders end when their time is over."""

from uuid import UUID

from procrastinate import JobContext
from sqlalchemy import text

from infra.queue import defer, queue
from jobs.context import units_of
from services.orders import Orders
from services.payments import Payments
from services.settling import SETTLE, SWEEP_AT_ONCE

EVERY_TEN_SECONDS = "* * * * * */10"  # the sixth field is seconds
EVERY_FIVE_MINUTES = "*/5 * * * *"
MOST_WAITING = 500  # jobs of attempts to be asked about
_WAITING = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name AND status = 'todo'")


@queue.task(name=SETTLE, pass_context=True)
def settle(context: JobContext, attempt_id: str) -> None:
    """Ask the attempt's provider once and book what it says. Failing costs nothing: the sweep comes again."""
    payments: Payments = context.additional_context["payments"]
    payments.settle(units_of(context), UUID(attempt_id))


@queue.periodic(cron=EVERY_TEN_SECONDS)
@queue.task(name="payments.sweep", queueing_lock="payments.sweep", pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """A job for each attempt whose time to be asked about has come, batch by batch, each leased as it is queued.

    No more are queued than may wait: while a provider is silent its jobs take long, and others' shall not stand behind
    thousands of them.
    """
    payments: Payments = context.additional_context["payments"]
    units = units_of(context)
    with units() as uow:
        room = MOST_WAITING - uow.connection.execute(_WAITING, {"name": SETTLE}).scalar_one()
    while room > 0:
        with units() as uow:
            due = payments.due(uow)
            for attempt_id in due:
                defer(uow, SETTLE, attempt_id=str(attempt_id))
        room = room - len(due) if len(due) == SWEEP_AT_ONCE else 0


@queue.periodic(cron=EVERY_FIVE_MINUTES)
@queue.task(name="orders.expire", queueing_lock="orders.expire", pass_context=True)
def expire(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """End orders whose time is over; forget the offers among them that nobody took up."""
    orders: Orders = context.additional_context["orders"]
    for batch in (orders.forget_offers, orders.expire_due):
        ended = 1
        while ended:
            with units_of(context)() as uow:
                ended = batch(uow)
