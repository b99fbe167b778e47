"""繳費提醒: bills of bound plates, told in the citizen's slot, several at once in one message.

Nothing waits rendered: what is owed is read when it is told, so a bill paid, a plate unbound or a deadline moved in the
meantime is never reminded of. Each fact is told once (told_fact); a run that was missed is made up by the next one.
Whoever may be told at once (services/bill_news.py) need not wait for the slot, only for the morning.
"""

import hashlib
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.clock import TAIPEI, Clock, city_date
from domain.errors import CitizenMistakeError
from domain.notices import WAKING, Channel, Withheld, waking
from domain.ports.notices import Notices
from domain.reminders import URGENCY
from domain.slots import Slot
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.notice import ToldFact
from models.watch import BillNews
from services import owed
from services.links import Links
from services.notice_rules import NoticeRules
from services.orders import Orders
from services.owed import Owing

NOTICE = "bills_due"
AT_ONCE = 200  # citizens of one search

Person = tuple[str, str]  # channel and LINE user id

log = structlog.get_logger(__name__)


class Reminders:
    """wiring gives the slots of config/vehicles.toml, the rule and the post of notices, orders and their links."""

    def __init__(
        self,
        slots: Sequence[Slot],
        rules: NoticeRules,
        notices: Notices,
        orders: Orders,
        links: Links,
        clock: Clock,
    ) -> None:
        self._slots = slots
        self._rules = rules
        self._notices = notices
        self._orders = orders
        self._links = links
        self._clock = clock

    def remind(self, units: UnitOfWorkFactory) -> int:
        """Tell everybody whose slot it is what they have not been told; returns how many citizens were looked at.

        Safe to run twice at once, and as often as one likes.
        """
        now = self._clock.now()
        hour = now.astimezone(TAIPEI).hour
        if not (open_slots := [one for one in self._slots if waking(one).start <= hour < waking(one).end]):
            return 0
        return self._each(
            units,
            lambda uow: owed.citizens_to_tell(uow, open_slots, now, AT_ONCE),
            lambda uow, person: self._tell(uow, *person, open_slots),
        )

    def tell_news(self, units: UnitOfWorkFactory) -> int:
        """Tell those who may be told at once, in waking hours; returns how many citizens were looked at."""
        if not WAKING.start <= self._clock.now().astimezone(TAIPEI).hour < WAKING.end:
            return 0
        return self._each(units, _news, self._tell_news)

    def _each(
        self,
        units: UnitOfWorkFactory,
        search: Callable[[UnitOfWork], Sequence[Person]],
        tell: Callable[[UnitOfWork, Person], None],
    ) -> int:
        looked_at = 0
        while True:
            with units() as uow:
                found = search(uow)
            failed = 0
            for person in found:
                try:
                    with units() as uow:
                        tell(uow, person)
                except Exception as error:  # one citizen's trouble is not everybody's
                    failed += 1
                    log.error("reminder_failed", exc_info=error)
            looked_at += len(found)
            if failed or len(found) < AT_ONCE:  # whoever failed would be found again at once: the next run tries them
                return looked_at

    def _tell_news(self, uow: UnitOfWork, person: Person) -> None:
        channel, citizen = person
        mine = delete(BillNews).where(BillNews.channel == channel, BillNews.citizen == citizen)
        if uow.connection.execute(mine).rowcount:  # else another run has looked meanwhile
            self._tell(uow, channel, citizen, None)

    def _tell(self, uow: UnitOfWork, channel: str, citizen: str, slots: Sequence[Slot] | None) -> None:
        """One message with everything new. What the citizen has turned off counts as told: it is not saved up.

        `slots`: those that are open; None tells at once, of what may be told so. Vehicles told of by channels of their
        own make a message each.
        """
        found = owed.of_citizen(uow, channel, citizen, self._clock.now(), slots)
        new = self._remember(uow, channel, citizen, found)
        wanted = [one for one in new if not self._withheld(uow, channel, citizen, one)]
        for told_by in dict.fromkeys(one.told_by for one in wanted):
            together = [one for one in wanted if one.told_by == told_by]
            self._post(uow, channel, citizen, together, told_by, slots[0] if slots else WAKING)

    def _post(
        self, uow: UnitOfWork, channel: str, citizen: str, owing: list[Owing], told_by: Channel | None, slot: Slot
    ) -> None:
        today = city_date(self._clock.now())
        owing.sort(key=lambda one: (URGENCY.index(one.fact.topic), one.fact.deadline or today, str(one.fact.key)))
        facts = [one.fact for one in owing]
        digest = hashlib.sha256("\n".join((channel, citizen, *(fact.id for fact in facts))).encode()).hexdigest()
        key = f"due:{digest[:40]}"
        self._notices.post(
            uow,
            NOTICE,
            channel=channel,
            citizen=citizen,
            dedupe_key=key,
            data={
                "facts": facts,
                "today": today,
                "pay_url": self._pay_url(uow, channel, citizen, owing),
                "links": self._links,
            },
            topic=facts[0].topic,
            slot=slot,
            told_by=told_by,
            about=sorted({binding for one in owing for binding in one.bindings}),
        )
        told = (ToldFact.channel == channel, ToldFact.citizen == citizen, ToldFact.fact.in_(fact.id for fact in facts))
        uow.connection.execute(update(ToldFact).where(*told).values(notice=key))

    def _remember(self, uow: UnitOfWork, channel: str, citizen: str, owing: Sequence[Owing]) -> list[Owing]:
        """Those that nobody has told the citizen; from now on they are told."""
        if not owing:
            return []
        now = self._clock.now()
        rows = [{"channel": channel, "citizen": citizen, "fact": one.fact.id, "told_at": now} for one in owing]
        kept = insert(ToldFact).values(rows).on_conflict_do_nothing().returning(ToldFact.fact)
        new = set(uow.connection.execute(kept).scalars())
        return [one for one in owing if one.fact.id in new]

    def _withheld(self, uow: UnitOfWork, channel: str, citizen: str, one: Owing) -> bool:
        return isinstance(self._rules.decide(uow, one.fact.topic, channel, citizen, told_by=one.told_by), Withheld)

    def _pay_url(self, uow: UnitOfWork, channel: str, citizen: str, owing: Sequence[Owing]) -> str:
        """The pay page with these bills ticked; "" where none of them is paid here."""
        payables = list(owed.payables(uow, owing).values())
        asked_at = min((one.asked_at for one in owing if one.asked_at is not None), default=self._clock.now())
        try:
            order = self._orders.open(uow, channel=channel, citizen=citizen, payables=payables, asked_at=asked_at)
        except CitizenMistakeError:
            return ""
        return self._links.pay(order)


def _news(uow: UnitOfWork) -> list[Person]:
    first = select(BillNews.channel, BillNews.citizen).order_by(BillNews.made_at).limit(AT_ONCE)
    return [(row.channel, row.citizen) for row in uow.connection.execute(first)]
