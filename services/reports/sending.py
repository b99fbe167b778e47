"""How much was sent in a month, and what it cost: counted each night, since messages themselves are soon deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import text

from domain.clock import TAIPEI, city_date
from domain.months import Month
from infra.database import UnitOfWork
from services.last_look import Why
from services.notice_rules import DELIVERED, NOT_WANTED
from services.orderbook import database_now

COUNTED_AGAIN = timedelta(days=6)  # by then a gateway has told what became of an SMS (services/sms_deliveries.py)
COUNTABLE = timedelta(days=25)  # SMS are deleted after 30 (services/sms.py)
ANSWER, CODE = "answer", "code"  # topics beside those of notices

# By the day a message ended. An answer that LINE refused was said again in words, in a row of its own.
_REMEMBER = text("""
INSERT INTO sent_day (day, way, topic, sent, failed, parts)
SELECT (ended_at AT TIME ZONE 'Asia/Taipei')::date, way, topic, count(*) FILTER (WHERE sent),
  count(*) FILTER (WHERE failed), coalesce(sum(parts) FILTER (WHERE sent), 0)
FROM (
  SELECT coalesce(o.ended_at, n.made_at) AS ended_at, 'line' AS way, coalesce(n.topic, 'own_act') AS topic,
    n.failed IS NULL AND o.outcome = ANY(:delivered) AS sent,
    n.failed IS NOT NULL OR o.outcome <> ALL(:delivered) AS failed, 0 AS parts
  FROM notice n LEFT JOIN outbound_message o ON o.id = n.outbound_id
  WHERE n.by_line AND n.made_at >= :made AND (o.ended_at IS NOT NULL OR n.failed IS NOT NULL)
    AND coalesce(n.failed <> ALL(:not_wanted), true)
  UNION ALL
  SELECT ended_at, CASE outcome WHEN 'replied' THEN 'reply' ELSE 'line' END, :answer,
    outcome IN ('replied', 'pushed', 'duplicate'), outcome NOT IN ('replied', 'pushed', 'duplicate', 'refused'), 0
  FROM outbound_message WHERE answers IS NOT NULL AND ended_at IS NOT NULL
  UNION ALL
  SELECT ended_at, 'sms', coalesce(topic, :code), state = 'accepted',
    state <> 'accepted' OR coalesce(delivery = 'failed', false),
    CASE WHEN gateway IS DISTINCT FROM 'pnp' THEN parts ELSE 0 END
  FROM sms_message WHERE ended_at IS NOT NULL AND state NOT IN ('waiting', 'sending')
    AND coalesce(cause <> ALL(:not_wanted), true)
) message
WHERE ended_at >= :begins AND ended_at < :ends GROUP BY 1, 2, 3
""")
_MADE_BEFORE = timedelta(days=7)  # a notice is made so long before it ends, at most
_OF_MONTH = text("""
SELECT way, topic, sum(sent), sum(failed), sum(parts) FROM sent_day
WHERE day >= :first AND day < :after GROUP BY way, topic ORDER BY way, topic
""")


@dataclass(frozen=True, slots=True)
class SentTopic:
    """One way and topic of a month."""

    way: str
    topic: str
    sent: int
    failed: int
    parts: int


def remember(uow: UnitOfWork) -> int:
    """Count the days that are over again, as far back as figures may still change; says how many. For the schedule.

    After a longer pause every day since the last one counted is made up for, while its messages are there.
    """
    today = city_date(database_now(uow))
    last = counted_to(uow)
    first = min(today - COUNTED_AGAIN, last + timedelta(days=1)) if last else today - COUNTABLE
    first = max(first, today - COUNTABLE)
    days = {"first": first, "today": today}
    uow.connection.execute(text("DELETE FROM sent_day WHERE day >= :first AND day < :today"), days)
    begins = _midnight(first)
    values = {
        "begins": begins,
        "ends": _midnight(today),
        "made": begins - _MADE_BEFORE,
        "delivered": list(DELIVERED),
        "not_wanted": [why.value for why in (*NOT_WANTED, Why.NOBODY)],
        "answer": ANSWER,
        "code": CODE,
    }
    uow.connection.execute(_REMEMBER, values)
    return (today - first).days


def counted_to(uow: UnitOfWork) -> date | None:
    """The last day that has figures."""
    return uow.connection.execute(text("SELECT max(day) FROM sent_day")).scalar()


def of_month(uow: UnitOfWork, month: Month) -> Sequence[SentTopic]:
    """What was sent in a month, up to yesterday."""
    values = {"first": month.begins.date(), "after": month.ends.date()}
    rows = uow.connection.execute(_OF_MONTH, values)
    return [SentTopic(way, topic, int(sent), int(failed), int(parts)) for way, topic, sent, failed, parts in rows]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TAIPEI)
