"""Tasks of draws: the nightly roots, freezing, announcing and drawing on time, places that fall free."""

from datetime import timedelta

import structlog
from procrastinate import JobContext, RetryStrategy

from domain.clock import city_date
from domain.draw.coding import is_rehearsal
from domain.errors import OutsideError
from domain.rounds import Phase, RoundRuleError
from infra.clock import SystemClock
from infra.queue import queue
from jobs.context import units_of
from services import audit
from services.draws import arming
from services.draws.desk import Desk
from services.draws.freezing import Freezing, NotYetError
from services.draws.recipients import MAIL, Recipients
from services.draws.telling import TELL, Telling, What
from services.passes.forgetting import Forgetting
from services.passes.opening_news import OpeningNews
from services.passes.reminding import PassReminders
from services.passes.rounds import Rounds

EVERY_MINUTE = "* * * * *"
AFTER_MIDNIGHT = "1 16 * * *"  # UTC: 00:01 in Taiwan
EVERY_TEN_MINUTES = "*/10 * * * *"
EVERY_MORNING = "5 1 * * *"  # UTC: 09:05 in Taiwan
EVERY_FIVE_MINUTES = "*/5 * * * *"
RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)

log = structlog.get_logger(__name__)


@queue.periodic(cron=AFTER_MIDNIGHT)
@queue.task(name="draws.roots", queueing_lock="draws.roots", pass_context=True)
def roots(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task is given it
    """The root of every open round's log as the day ended."""
    freezing: Freezing = context.additional_context["freezing"]
    ended = city_date(SystemClock().now()) - timedelta(days=1)
    with units_of(context)() as uow:
        open_rounds = freezing.open_rounds(uow)
    for draw_id in open_rounds:
        _desk(context).close_day(draw_id, ended, actor=audit.SYSTEM)


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="draws.step", queueing_lock="draws.step", pass_context=True)
def step(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Freeze what has closed and announce it; too late for that, the draw goes to the next working day."""
    for draw_id, phase in _real_rounds(context):
        try:
            if phase == Phase.OPEN:
                _desk(context).freeze(draw_id, actor=audit.SYSTEM)
            if phase in (Phase.OPEN, Phase.FROZEN):
                _desk(context).announce_or_postpone(draw_id, actor=audit.SYSTEM)
        except NotYetError:
            continue
        except RoundRuleError as error:
            log.error("draw_step_refused", draw_id=draw_id, why=str(error))


@queue.periodic(cron=EVERY_MINUTE)
@queue.task(name="draws.draw", queueing_lock="draws.draw", pass_context=True)
def draw(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Draw what two members of staff have armed, once its time has come, and publish it. Without a beacon it waits."""
    with units_of(context)() as uow:
        ready = arming.due(uow)
    for draw_id in ready:
        try:
            _desk(context).draw(draw_id, actor=audit.SYSTEM)
            if not is_rehearsal(draw_id):
                _desk(context).publish(draw_id, actor=audit.SYSTEM)
        except OutsideError as error:
            log.warning("beacon_not_there_yet", draw_id=draw_id, why=str(error))
        except RoundRuleError as error:
            log.error("draw_refused", draw_id=draw_id, why=str(error))


@queue.task(name=TELL, pass_context=True, retry=RETRY)
def tell(context: JobContext, draw_id: str, what: str) -> None:
    """Tell the applicants of a draw what happened."""
    telling: Telling = context.additional_context["telling"]
    telling.tell(units_of(context), draw_id, What(what))


@queue.task(name=MAIL, pass_context=True, retry=RETRY)
def mail(context: JobContext, draw_id: str) -> None:
    """Send an announcement's hash to those outside who watch the draw."""
    recipients: Recipients = context.additional_context["recipients"]
    recipients.mail(units_of(context), draw_id)


@queue.periodic(cron=EVERY_FIVE_MINUTES)
@queue.task(name="draws.promote", queueing_lock="draws.promote", pass_context=True)
def promote(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Vacate what is overdue and offer it to whom the protocol names; by hand only once the month of use has begun, for
    whoever is asked then pays a whole month.
    """
    for draw_id, phase in _real_rounds(context, before_use=True):
        if phase == Phase.PUBLISHED:
            try:
                _desk(context).promote(draw_id, actor=audit.SYSTEM)
            except RoundRuleError as error:
                log.error("promotion_refused", draw_id=draw_id, why=str(error))


@queue.periodic(cron=EVERY_FIVE_MINUTES)
@queue.task(name="passes.opened", queueing_lock="passes.opened", pass_context=True)
def opened(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Tell those who starred a lot that a round of it has opened."""
    news: OpeningNews = context.additional_context["opening_news"]
    news.tell(units_of(context))


@queue.periodic(cron=EVERY_TEN_MINUTES)
@queue.task(name="passes.remind", queueing_lock="passes.remind", pass_context=True)
def remind(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """繳費提醒 of places whose deadline comes near."""
    reminders: PassReminders = context.additional_context["pass_reminders"]
    reminders.pay_soon(units_of(context))


@queue.periodic(cron=EVERY_MORNING)
@queue.task(name="passes.ends", queueing_lock="passes.ends", pass_context=True)
def ends(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """月票到期提醒."""
    reminders: PassReminders = context.additional_context["pass_reminders"]
    reminders.ending(units_of(context))


@queue.periodic(cron=AFTER_MIDNIGHT)
@queue.task(name="passes.forget", queueing_lock="passes.forget", pass_context=True)
def forget(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Forget the people of rounds nobody can complain about any more, batch by batch."""
    forgetting: Forgetting = context.additional_context["forgetting"]
    touched = 1
    while touched:
        with units_of(context)() as uow:
            touched = forgetting.forget(uow)


def _real_rounds(context: JobContext, *, before_use: bool = False) -> list[tuple[str, str]]:
    """(draw_id, phase) of every round but rehearsals, which staff lead through by hand. `before_use`: only those whose
    first day of use has not come.
    """
    rounds: Rounds = context.additional_context["rounds"]
    today = city_date(SystemClock().now())
    with units_of(context)() as uow:
        real = [row for row in rounds.all(uow) if not is_rehearsal(row.draw_id)]
        return [(row.draw_id, row.phase) for row in real if not before_use or row.starts_on > today]


def _desk(context: JobContext) -> Desk:
    desk: Desk = context.additional_context["desk"]
    return desk
