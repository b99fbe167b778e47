"""Tasks of monthly passes beside the draw: photos for 資格審查, lots without 張數."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from infra.queue import queue
from jobs.context import units_of
from services.passes.forgetting import Forgetting
from services.passes.missing_places import MissingPlaces
from services.passes.qualifying import FETCH, Qualifying

EVERY_FIVE_MINUTES = "*/5 * * * *"
EVERY_MORNING = "15 1 * * *"  # UTC: 09:15 in Taiwan
RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


@queue.task(name=FETCH, pass_context=True, retry=RETRY)
def fetch_photo(context: JobContext, photo_id: str) -> None:
    """Fetch one photo from LINE, which keeps it for a while only."""
    qualifying: Qualifying = context.additional_context["qualifying"]
    qualifying.fetch(units_of(context), UUID(photo_id))


@queue.periodic(cron=EVERY_MORNING)
@queue.task(name="passes.missing_places", queueing_lock="passes.missing_places", pass_context=True)
def missing_places(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Remind staff of lots without 張數."""
    reminding: MissingPlaces = context.additional_context["missing_places"]
    reminding.remind(units_of(context))


@queue.periodic(cron=EVERY_FIVE_MINUTES)
@queue.task(name="passes.taken_back", queueing_lock="passes.taken_back", pass_context=True)
def taken_back(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Photos that were unsent in LINE are gone here as well."""
    forgetting: Forgetting = context.additional_context["forgetting"]
    with units_of(context)() as uow:
        forgetting.taken_back(uow)
