"""The task of the lookup: keeping what was promised."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from infra.queue import queue
from services.lookup import KEEP_PROMISE
from services.promises import Promises

# Tried again, whatever went wrong, after 10, 50, 90 … seconds; the promise itself gives up after 10 minutes.
RETRY = RetryStrategy(max_attempts=20, wait=10, linear_wait=40)


@queue.task(name=KEEP_PROMISE, pass_context=True, retry=RETRY)
async def keep_promise(context: JobContext, promise_id: str) -> None:
    """Ask the promised cities once more; services/promises.py tells the citizen."""
    promises: Promises = context.additional_context["promises"]
    await promises.keep(UUID(promise_id))
