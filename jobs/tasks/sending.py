"""Tasks of sending: what follows from notices that did not go, and what became of SMS."""

from procrastinate import JobContext

from infra.queue import queue
from jobs.context import units_of
from services.failed_notices import FailedNotices
from services.sms_deliveries import SmsDeliveries

EVERY_MINUTE = "* * * * *"
EVERY_FIVE_MINUTES = "*/5 * * * *"


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="notices.settle_failed", queueing_lock="notices.settle_failed", pass_context=True)
def settle_failed(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Whom LINE did not reach gets an SMS, where it is worth one."""
    failed: FailedNotices = context.additional_context["failed_notices"]
    failed.settle(units_of(context))


@queue.periodic(cron=EVERY_FIVE_MINUTES)
@queue.task(name="sms.learn", queueing_lock="sms.learn", pass_context=True)
def learn(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Ask the gateway what became of messages on their way."""
    deliveries: SmsDeliveries = context.additional_context["sms_deliveries"]
    deliveries.learn(units_of(context))
