"""Tasks of accounts: sending SMS, deciding about numbers that two have verified, forgetting codes and nonces."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from infra.queue import queue
from jobs.context import units_of
from services.members import Members
from services.phone_codes import PhoneCodes
from services.sms import SEND, SmsPost
from services.takeovers import Takeovers

RETRY = RetryStrategy(max_attempts=6, wait=2, linear_wait=8)  # after 2, 10, 18 … s; a code holds 300 s
EVERY_TEN_MINUTES = "*/10 * * * *"
EVERY_HOUR = "17 * * * *"


@queue.task(name=SEND, pass_context=True, retry=RETRY)
def send(context: JobContext, message_id: str) -> None:
    """Send one SMS; services/sms.py decides what an unclear answer means."""
    post: SmsPost = context.additional_context["sms"]
    post.deliver(units_of(context), UUID(message_id))


@queue.periodic(cron=EVERY_TEN_MINUTES)
@queue.task(name="takeovers.decide", queueing_lock="takeovers.decide", pass_context=True)
def decide_takeovers(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Numbers whose holder did not answer in time go to who verified them, each in a transaction of its own."""
    takeovers: Takeovers = context.additional_context["takeovers"]
    with units_of(context)() as uow:
        due = takeovers.due(uow)
    for takeover_id in due:
        with units_of(context)() as uow:
            takeovers.grant_unanswered(uow, takeover_id)


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="codes.forget", queueing_lock="codes.forget", pass_context=True)
def forget(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Codes, their counts and ended SMS are dropped when nothing asks for them any longer."""
    codes: PhoneCodes = context.additional_context["phone_codes"]
    post: SmsPost = context.additional_context["sms"]
    with units_of(context)() as uow:
        codes.forget(uow)
        post.forget(uow)


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="members.forget", queueing_lock="members.forget", pass_context=True)
def forget_nonces(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Nonces that no member took to LINE in time."""
    members: Members = context.additional_context["members"]
    with units_of(context)() as uow:
        members.forget(uow)
