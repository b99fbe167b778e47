"""What is owed for bound vehicles and identifiers (水號、電號) that are reminded of: in our own ledger, and as the
cities last listed it.

The ledger has the word on every bill it knows. A bill that is being paid here, or was, is left out.
"""

# ruff: noqa: S608  every part of the statements is this file's own

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from domain.bills import Payable, PayableKey, PayableType
from domain.clock import city_date
from domain.notices import Channel
from domain.reminders import URGENCY, Fact, deadlines, topic_of
from domain.slots import Slot
from domain.vehicles import VehicleKind
from domain.watching import BELIEVED
from infra.database import UnitOfWork
from services import ledger, watched_bills

# A bill inside an open dunning notice is in that notice.
_LEDGER = """
SELECT b.channel, b.citizen, b.told_by, l.agency,
  CASE WHEN n.number IS NULL THEN 'bill' ELSE 'notice' END AS type,
  coalesce(n.number, l.number) AS number,
  CASE WHEN n.number IS NULL THEN l.deadline ELSE n.deadline END AS deadline,
  sum(l.pay_amount) + coalesce(max(n.extra_charge), 0) AS amount, NULL::timestamptz AS asked_at,
  array_agg(DISTINCT b.id) AS bindings, min(l.fee_item) AS fee_item
FROM {bound}
LEFT JOIN ledger_notice n ON n.agency = l.agency AND n.number = l.notice_number AND n.paid_here_at IS NULL
WHERE b.reminder_from <= :today AND {when} AND {who} AND l.pay_amount > 0
  AND NOT EXISTS (SELECT FROM claim c WHERE c.live AND c.agency = l.agency
                  AND (c.type = 'bill' AND c.number = l.number OR c.type = 'notice' AND c.number = n.number))
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_VEHICLES = """binding b
JOIN unnest(CAST(:kinds AS text[]), CAST(:car_types AS text[])) AS k (kind, car_type) ON k.kind = b.kind
JOIN ledger_bill l ON l.plate_key = b.compact AND l.car_type = k.car_type AND l.status = 'open'"""
_IDENTIFIERS = """(SELECT *, NULL::text AS told_by, NULL::timestamptz AS checked_at FROM bound_identifier) b
JOIN ledger_bill l ON l.identifier = b.number AND l.fee_item = b.fee_item AND l.status = 'open'"""
_CITIES = """
SELECT b.channel, b.citizen, b.told_by, l.agency, l.type, l.number, l.deadline, l.pay_amount, l.asked_at,
  ARRAY[b.id] AS bindings, 'parking' AS fee_item
FROM binding b JOIN watched_bill l ON l.plate = b.plate AND l.kind = b.kind
WHERE b.reminder_from <= :today AND {when} AND {who} AND l.pay_amount > 0 AND l.asked_at >= :believed_from
  AND NOT EXISTS (SELECT FROM ledger_bill o WHERE o.agency = l.agency AND l.type = 'bill' AND o.number = l.number)
  AND NOT EXISTS (SELECT FROM ledger_notice o WHERE o.agency = l.agency AND l.type = 'notice' AND o.number = l.number)
  AND NOT EXISTS (SELECT FROM claim c WHERE c.live AND c.agency = l.agency
                  AND (c.type = l.type AND c.number = l.number OR c.type = 'bill' AND c.number = ANY(l.covers)))
"""
_IN_SLOT = "b.reminder_slot = ANY(CAST(:slots AS text[]))"
# An owner checked by staff, or who gave that slip's number (services/bill_news.py).
_AT_ONCE = """b.reminder_slot IS NOT NULL AND (b.checked_at IS NOT NULL OR EXISTS (
  SELECT FROM given_slip g WHERE g.channel = b.channel AND g.citizen = b.citizen AND g.number = l.number))"""
_ANYBODY, _CITIZEN = "true", "b.channel = :channel AND b.citizen = :citizen"


def _owed(when: str, who: str) -> str:
    ledgers = [_LEDGER.format(bound=bound, when=when, who=who) for bound in (_VEHICLES, _IDENTIFIERS)]
    return " UNION ALL ".join([*ledgers, _CITIES.format(when=when, who=who)])


_TO_TELL = text(f"""
SELECT DISTINCT o.channel, o.citizen FROM ({_owed(_IN_SLOT, _ANYBODY)}) AS o
JOIN unnest(CAST(:topics AS text[]), CAST(:firsts AS date[]), CAST(:lasts AS date[])) AS t (topic, first, last)
  ON CASE WHEN o.type = 'notice' THEN t.topic = 'overdue'
          ELSE coalesce(o.deadline, date 'infinity') BETWEEN t.first AND t.last END
WHERE NOT EXISTS (
  SELECT FROM told_fact f WHERE f.channel = o.channel AND f.citizen = o.citizen
  AND f.fact = t.topic || ':' || o.agency || ':' || o.type || ':' || o.number || ':' || coalesce(o.deadline::text, ''))
LIMIT :most
""")
_OF_CITIZEN = {True: text(_owed(_AT_ONCE, _CITIZEN)), False: text(_owed(_IN_SLOT, _CITIZEN))}


@dataclass(frozen=True, slots=True)
class Owing:
    """One bill or dunning notice of what a citizen has bound, as it is told today."""

    fact: Fact
    told_by: Channel | None  # the vehicle's own channel, where its owner chose one
    asked_at: datetime | None  # when its city was asked; None: of the ledger
    bindings: Sequence[UUID]  # of its vehicle, or its identifier


def citizens_to_tell(uow: UnitOfWork, slots: Sequence[Slot], now: datetime, most: int) -> list[tuple[str, str]]:
    """Whose slot it is and who owes something that they were not told in its present state."""
    spans = [deadlines(topic, city_date(now)) for topic in URGENCY]
    values = {
        **_values(slots, now),
        "topics": [topic.value for topic in URGENCY],
        "firsts": [str(first or "-infinity") for first, _last in spans],
        "lasts": [str(last or "infinity") for _first, last in spans],
        "most": most,
    }
    return [(row.channel, row.citizen) for row in uow.connection.execute(_TO_TELL, values)]


def of_citizen(uow: UnitOfWork, channel: str, citizen: str, now: datetime, slots: Sequence[Slot] | None) -> list[Owing]:
    """What the citizen owes for what has one of these slots; None: what they may be told of at once."""
    values = {**_values(slots or (), now), "channel": channel, "citizen": citizen}
    rows = uow.connection.execute(_OF_CITIZEN[slots is None], values)
    found: dict[str, Owing] = {}
    for row in rows:
        owing = _owing(row, city_date(now))
        found.setdefault(owing.fact.id, owing)
    return sorted(found.values(), key=lambda one: one.fact.id)


def payables(uow: UnitOfWork, owing: Collection[Owing]) -> dict[PayableKey, Payable]:
    """The bills and notices themselves, as their source knows them."""
    ours = ledger.current(uow, [one.fact.key for one in owing if one.asked_at is None])
    return {**ours, **watched_bills.read(uow, [one.fact.key for one in owing if one.asked_at is not None])}


def _values(slots: Sequence[Slot], now: datetime) -> dict[str, Any]:
    return {
        "slots": [slot.key for slot in slots],
        "today": city_date(now),
        "believed_from": now - BELIEVED,
        "kinds": [kind.value for kind in VehicleKind],
        "car_types": [kind.car_type for kind in VehicleKind],
    }


def _owing(row: Any, today: date) -> Owing:
    key = PayableKey(row.agency, PayableType(row.type), row.number)
    topic = topic_of(row.deadline, today, dunned=key.type is PayableType.NOTICE)
    told_by = Channel(row.told_by) if row.told_by else None
    return Owing(Fact(topic, key, row.deadline, int(row.amount), row.fee_item), told_by, row.asked_at, row.bindings)
