"""繳費提醒: bills in the ledger of bound plates, told in the citizen's slot, several at once in one message.

Nothing waits rendered: what is owed is read when it is told, so a bill paid, a plate unbound or a deadline moved in the
meantime is never reminded of. Each fact is told once (told_fact); a run that was missed is made up by the next one.
"""

# ruff: noqa: S608  every part of the statements is this file's own

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from domain.bills import PayableKey, PayableType
from domain.clock import TAIPEI, Clock, city_date
from domain.errors import CitizenMistakeError
from domain.notices import Withheld, waking
from domain.ports.notices import Notices
from domain.reminders import URGENCY, Fact, deadlines, topic_of
from domain.slots import Slot
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.notice import ToldFact
from services import ledger
from services.links import Links
from services.notice_rules import NoticeRules
from services.orders import Orders

NOTICE = "bills_due"
AT_ONCE = 200  # citizens of one search

log = structlog.get_logger(__name__)

# What is owed for vehicles that are reminded of now. A bill inside an open dunning notice is in that notice; one that
# is being paid here is left alone.
_OWED = """
SELECT b.channel, b.citizen, l.agency,
  CASE WHEN n.number IS NULL THEN 'bill' ELSE 'notice' END AS type,
  coalesce(n.number, l.number) AS number,
  CASE WHEN n.number IS NULL THEN l.deadline ELSE n.deadline END AS deadline,
  sum(l.pay_amount) + coalesce(max(n.extra_charge), 0) AS amount
FROM binding b
JOIN unnest(CAST(:kinds AS text[]), CAST(:car_types AS text[])) AS k (kind, car_type) ON k.kind = b.kind
JOIN ledger_bill l ON l.plate_key = b.compact AND l.car_type = k.car_type AND l.status = 'open'
LEFT JOIN ledger_notice n ON n.agency = l.agency AND n.number = l.notice_number AND n.paid_here_at IS NULL
WHERE b.reminder_slot = ANY(CAST(:slots AS text[])) AND b.reminder_from <= :today AND l.pay_amount > 0
  AND NOT EXISTS (SELECT FROM claim c WHERE c.live AND c.agency = l.agency
                  AND (c.type = 'bill' AND c.number = l.number OR c.type = 'notice' AND c.number = n.number))
"""
_GROUPED = "GROUP BY 1, 2, 3, 4, 5, 6"
_TO_TELL = text(f"""
SELECT DISTINCT o.channel, o.citizen FROM ({_OWED} {_GROUPED}) AS o
JOIN unnest(CAST(:topics AS text[]), CAST(:firsts AS date[]), CAST(:lasts AS date[])) AS t (topic, first, last)
  ON CASE WHEN o.type = 'notice' THEN t.topic = 'overdue'
          ELSE coalesce(o.deadline, date 'infinity') BETWEEN t.first AND t.last END
WHERE NOT EXISTS (
  SELECT FROM told_fact f WHERE f.channel = o.channel AND f.citizen = o.citizen
  AND f.fact = t.topic || ':' || o.agency || ':' || o.type || ':' || o.number || ':' || coalesce(o.deadline::text, ''))
LIMIT {AT_ONCE}
""")
_OF_CITIZEN = text(f"{_OWED} AND b.channel = :channel AND b.citizen = :citizen {_GROUPED}")


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
        looked_at = 0
        while open_slots := self._open():
            with units() as uow:
                found = uow.connection.execute(_TO_TELL, self._values(open_slots)).all()
            failed = 0
            for channel, citizen in found:
                try:
                    with units() as uow:
                        self._tell(uow, channel, citizen, open_slots)
                except Exception as error:  # one citizen's trouble is not everybody's
                    failed += 1
                    log.error("reminder_failed", exc_info=error)
            looked_at += len(found)
            if failed or len(found) < AT_ONCE:  # whoever failed would be found again at once: the next run tries them
                break
        return looked_at

    def _open(self) -> list[Slot]:
        hour = self._clock.now().astimezone(TAIPEI).hour
        return [slot for slot in self._slots if waking(slot).start <= hour < waking(slot).end]

    def _values(self, slots: Iterable[Slot]) -> dict[str, Any]:
        today = city_date(self._clock.now())
        spans = [deadlines(topic, today) for topic in URGENCY]
        return {
            "slots": [slot.key for slot in slots],
            "today": today,
            "kinds": [kind.value for kind in VehicleKind],
            "car_types": [kind.car_type for kind in VehicleKind],
            "topics": [topic.value for topic in URGENCY],
            "firsts": [str(first or "-infinity") for first, _last in spans],
            "lasts": [str(last or "infinity") for _first, last in spans],
        }

    def _tell(self, uow: UnitOfWork, channel: str, citizen: str, slots: Sequence[Slot]) -> None:
        """One message with everything new. What the citizen has turned off counts as told: it is not saved up."""
        values = {**self._values(slots), "channel": channel, "citizen": citizen}
        today = values["today"]
        owed = {self._fact(row, today) for row in uow.connection.execute(_OF_CITIZEN, values)}
        new = self._remember(uow, channel, citizen, sorted(owed, key=lambda fact: fact.id))
        wanted = [fact for fact in new if not self._withheld(uow, channel, citizen, fact)]
        if not wanted:
            return
        wanted.sort(key=lambda fact: (URGENCY.index(fact.topic), fact.deadline or today, str(fact.key)))
        digest = hashlib.sha256("\n".join((channel, citizen, *(fact.id for fact in wanted))).encode()).hexdigest()
        self._notices.post(
            uow,
            NOTICE,
            channel=channel,
            citizen=citizen,
            dedupe_key=f"due:{digest[:40]}",
            data={"facts": wanted, "today": today, "pay_url": self._pay_url(uow, channel, citizen, wanted)},
            topic=wanted[0].topic,
            slot=slots[0],
        )

    def _fact(self, row: Any, today: Any) -> Fact:
        key = PayableKey(row.agency, PayableType(row.type), row.number)
        dunned = key.type is PayableType.NOTICE
        return Fact(topic_of(row.deadline, today, dunned=dunned), key, row.deadline, int(row.amount))

    def _remember(self, uow: UnitOfWork, channel: str, citizen: str, facts: Sequence[Fact]) -> list[Fact]:
        """Those that nobody has told the citizen; from now on they are told."""
        if not facts:
            return []
        rows = [{"channel": channel, "citizen": citizen, "fact": f.id, "told_at": self._clock.now()} for f in facts]
        kept = insert(ToldFact).values(rows).on_conflict_do_nothing().returning(ToldFact.fact)
        new = set(uow.connection.execute(kept).scalars())
        return [fact for fact in facts if fact.id in new]

    def _withheld(self, uow: UnitOfWork, channel: str, citizen: str, fact: Fact) -> bool:
        return isinstance(self._rules.decide(uow, fact.topic, channel, citizen), Withheld)

    def _pay_url(self, uow: UnitOfWork, channel: str, citizen: str, facts: Sequence[Fact]) -> str:
        """The pay page with these bills ticked; "" where none of them is paid here."""
        payables = list(ledger.current(uow, [fact.key for fact in facts]).values())
        try:
            now = self._clock.now()
            order = self._orders.open(uow, channel=channel, citizen=citizen, payables=payables, asked_at=now)
        except CitizenMistakeError:
            return ""
        return self._links.pay(order)
