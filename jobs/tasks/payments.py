"""Tasks of money: attempts are asked about until they are known, orders end when their time is over."""

from uuid import UUID

from procrastinate import JobContext

from infra.database import UnitOfWorkFactory
from infra.queue import defer, queue
from services.orders import Orders
from services.payments import Payments
from services.settling import SETTLE

EVERY_TEN_SECONDS = "* * * * * */10"  # the sixth field is seconds
EVERY_FIVE_MINUTES = "*/5 * * * *"


@queue.task(name=SETTLE, pass_context=True)
def settle(context: JobContext, attempt_id: str) -> None:
    """Ask the attempt's provider once and book what it says. Failing costs nothing: the sweep comes again."""
    payments: Payments = context.additional_context["payments"]
    payments.settle(_units(context), UUID(attempt_id))


@queue.periodic(cron=EVERY_TEN_SECONDS)
@queue.task(name="payments.sweep", queueing_lock="payments.sweep", pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """A job for each attempt whose time to be asked about has come; leased in the same transaction."""
    payments: Payments = context.additional_context["payments"]
    with _units(context)() as uow:
        for attempt_id in payments.due(uow):
            defer(uow, SETTLE, attempt_id=str(attempt_id))


@queue.periodic(cron=EVERY_FIVE_MINUTES)
@queue.task(name="orders.expire", queueing_lock="orders.expire", pass_context=True)
def expire(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """End orders whose time is over; forget the offers among them that nobody took up."""
    orders: Orders = context.additional_context["orders"]
    for batch in (orders.forget_offers, orders.expire_due):
        ended = 1
        while ended:
            with _units(context)() as uow:
                ended = batch(uow)


def _units(context: JobContext) -> UnitOfWorkFactory:
    units: UnitOfWorkFactory = context.additional_context["units"]
    return units
