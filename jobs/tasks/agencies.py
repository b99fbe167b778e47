"""Tasks of agencies: they are told what is due, one round each, until it is accepted; answers to them are forgotten."""

from uuid import UUID

from procrastinate import JobContext

from infra.queue import defer, queue
from jobs.context import units_of
from services.agencyapi import answers
from services.writeoffs.posting import ROUND, Posting

EVERY_NIGHT = "57 19 * * *"  # UTC: 03:57 in Taiwan
EVERY_TEN_SECONDS = "* * * * * */10"  # the sixth field is seconds


@queue.task(name=ROUND, pass_context=True)
def one_round(context: JobContext, agency_id: str) -> None:
    """Tell one agency what is due. Failing costs nothing: the sweep comes again."""
    post: Posting = context.additional_context["write_off_post"]
    post.round(units_of(context), UUID(agency_id))


@queue.periodic(cron=EVERY_TEN_SECONDS)
@queue.task(name="writeoffs.sweep", queueing_lock="writeoffs.sweep", pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """A job for each agency that is to be told something; leased in the same transaction."""
    post: Posting = context.additional_context["write_off_post"]
    with units_of(context)() as uow:
        for agency_id in post.due(uow):
            defer(uow, ROUND, agency_id=str(agency_id))


@queue.periodic(cron=EVERY_NIGHT)
@queue.task(name="agencies.forget", queueing_lock="agencies.forget", pass_context=True)
def forget(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Answers kept for a repeated call go, batch by batch."""
    gone = 1
    while gone:
        with units_of(context)() as uow:
            gone = answers.forget(uow)
