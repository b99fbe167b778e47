"""Tasks of the lookup: what was promised is kept, the counts of past days are forgotten."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from infra.database import UnitOfWorkFactory
from infra.queue import queue
from services.lookup import KEEP_PROMISE
from services.lookup_quota import Quota
from services.promises import Promises

EVERY_NIGHT = "17 16 * * *"  # UTC: 00:17 in Taiwan

# Tried again, whatever went wrong, after 10, 50, 90 … seconds; the promise itself gives up after 10 minutes.
RETRY = RetryStrategy(max_attempts=20, wait=10, linear_wait=40)


@queue.task(name=KEEP_PROMISE, pass_context=True, retry=RETRY)
async def keep_promise(context: JobContext, promise_id: str) -> None:
    """Ask the promised cities once more; services/promises.py tells the citizen."""
    promises: Promises = context.additional_context["promises"]
    await promises.keep(UUID(promise_id))


@queue.periodic(cron=EVERY_NIGHT)
@queue.task(name="lookups.forget", queueing_lock="lookups.forget", pass_context=True)
def forget(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """How often a citizen looked up plates is kept for the day it limits."""
    quota: Quota = context.additional_context["quota"]
    units: UnitOfWorkFactory = context.additional_context["units"]
    with units() as uow:
        quota.forget_past_days(uow)
