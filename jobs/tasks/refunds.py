"""Tasks of refunds: each is carried out, and looked at again until its provider has given a clear answer."""

from uuid import UUID

from procrastinate import JobContext

from infra.queue import defer, queue
from jobs.context import units_of
from services.refunds import CARRY_OUT, Refunds

EVERY_MINUTE = "* * * * *"


@queue.task(name=CARRY_OUT, pass_context=True)
def carry_out(context: JobContext, refund_id: str) -> None:
    """Give the money back, or find out whether it was. Failing costs nothing: the sweep comes again."""
    refunds: Refunds = context.additional_context["refunds"]
    refunds.carry_out(units_of(context), UUID(refund_id))


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="refunds.sweep", queueing_lock="refunds.sweep", pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """A job for each refund whose time to be looked at has come."""
    refunds: Refunds = context.additional_context["refunds"]
    with units_of(context)() as uow:
        for refund_id in refunds.due(uow):
            defer(uow, CARRY_OUT, refund_id=str(refund_id))
