"""Tasks of campaigns: telling everybody, and keeping the figures."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from infra.queue import queue
from jobs.context import units_of
from services import campaign_figures
from services.campaigns import TELL, Campaigns

EVERY_NIGHT = "17 20 * * *"  # UTC: 04:17 in Taiwan
RETRY = RetryStrategy(max_attempts=8, exponential_wait=2)


@queue.task(name=TELL, pass_context=True, retry=RETRY)
def tell(context: JobContext, campaign_id: str) -> None:
    """Tell everybody, page by page; a run after a kill begins again, and tells nobody twice."""
    _campaigns(context).tell(units_of(context), UUID(campaign_id))


@queue.periodic(cron=EVERY_NIGHT)
@queue.task(name="campaigns.remember", queueing_lock="campaigns.remember", pass_context=True)
def remember(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """What notices and SMS will soon no longer tell."""
    with units_of(context)() as uow:
        campaign_figures.remember(uow, _campaigns(context).rules)


def _campaigns(context: JobContext) -> Campaigns:
    campaigns: Campaigns = context.additional_context["campaigns"]
    return campaigns
