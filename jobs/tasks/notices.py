"""Tasks of notices: 繳費提醒 while a slot is open, bills that are told at once, and what 通知紀錄 forgets."""

from procrastinate import JobContext

from infra.queue import queue
from jobs.context import units_of
from services import bill_news
from services.bill_news import TELL_NEWS
from services.notice_rules import NoticeRules
from services.reminders import Reminders

EVERY_MINUTE = "* * * * *"
EVERY_NIGHT = "47 19 * * *"  # UTC: 03:47 in Taiwan


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="notices.remind", queueing_lock="notices.remind", pass_context=True)
def remind(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Whoever's slot it is learns what they do not know yet, each in a transaction of their own."""
    reminders: Reminders = context.additional_context["reminders"]
    reminders.remind(units_of(context))


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="notices.sweep_news", queueing_lock="notices.sweep_news", pass_context=True)
def sweep_news(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """What came at night, or was left by a job that ended half-way."""
    _tell_news(context)


@queue.task(name=TELL_NEWS, pass_context=True)
def tell_news(context: JobContext) -> None:
    """Bills have come: tell those who may be told at once. Failing costs nothing: the sweep comes again."""
    _tell_news(context)


@queue.periodic(cron=EVERY_NIGHT)
@queue.task(name="notices.forget", queueing_lock="notices.forget", pass_context=True)
def forget(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Notices older than anybody may ask for."""
    rules: NoticeRules = context.additional_context["notice_rules"]
    with units_of(context)() as uow:
        rules.forget(uow)
        bill_news.forget_slips(uow)


def _tell_news(context: JobContext) -> None:
    reminders: Reminders = context.additional_context["reminders"]
    reminders.tell_news(units_of(context))
