"""Tasks of notices: 繳費提醒 while a slot is open, and what 通知紀錄 forgets."""

from procrastinate import JobContext

from infra.database import UnitOfWorkFactory
from infra.queue import queue
from services.notice_rules import NoticeRules
from services.reminders import Reminders

EVERY_MINUTE = "* * * * *"
EVERY_NIGHT = "47 19 * * *"  # UTC: 03:47 in Taiwan


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="notices.remind", queueing_lock="notices.remind", pass_context=True)
def remind(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """Whoever's slot it is learns what they do not know yet, each in a transaction of their own."""
    reminders: Reminders = context.additional_context["reminders"]
    reminders.remind(_units(context))


@queue.periodic(cron=EVERY_NIGHT)
@queue.task(name="notices.forget", queueing_lock="notices.forget", pass_context=True)
def forget(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Notices older than anybody may ask for."""
    rules: NoticeRules = context.additional_context["notice_rules"]
    with _units(context)() as uow:
        rules.forget(uow)


def _units(context: JobContext) -> UnitOfWorkFactory:
    units: UnitOfWorkFactory = context.additional_context["units"]
    return units
