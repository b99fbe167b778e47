"""Tasks of e-mail: receipts go out, and what is long over is dropped."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from infra.queue import queue
from jobs.context import units_of
from services.receipt_mail import SEND, ReceiptMail

RETRY = RetryStrategy(max_attempts=10, exponential_wait=4)  # 4 s, 16 s, 64 s … about six hours in all
EVERY_HOUR = "27 * * * *"


@queue.task(name=SEND, pass_context=True, retry=RETRY)
def send(context: JobContext, order_id: str) -> None:
    """Send the receipt of one paid order."""
    mail: ReceiptMail = context.additional_context["receipt_mail"]
    mail.deliver(units_of(context), UUID(order_id))


@queue.periodic(cron=EVERY_HOUR)
@queue.task(name="receipts.forget", queueing_lock="receipts.forget", pass_context=True)
def forget(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Rows of receipts sent a month ago go."""
    mail: ReceiptMail = context.additional_context["receipt_mail"]
    with units_of(context)() as uow:
        mail.forget(uow)
