"""The last look (domain/ports/sending.py): what has changed since a notice was posted is seen when it is claimed.

A notice about a vehicle or number that was unbound, one that was turned off, or one to somebody who left or blocked us
does not go. A multicast goes to those who are left, and from its first claim on to exactly these: LINE knows a
repetition by its key only while key and body stay as they were. What may wait does not go at night, however late.

Runs on the outbox pump's own connection, in statements of its own: what was committed before the claim is seen.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

import psycopg

from domain.clock import Clock
from domain.notices import TREATMENTS, WAKING, Topic, Urgency, next_moment
from domain.ports.sending import Ruling
from services.halts import PUSHES

LOOK_AGAIN = timedelta(minutes=1)  # at what is held while pushes are stopped


class Why(StrEnum):
    """Why a notice that was posted does not go (notice.failed, and the outcome of its message)."""

    BLOCKED = "blocked"
    TURNED_OFF = "turned_off"
    LEFT = "left"
    UNBOUND = "unbound"
    NOBODY = "nobody"  # of a multicast nobody is left


OPTIONAL = sorted(topic.value for topic, treatment in TREATMENTS.items() if treatment.optional)
TO_MANY = [Topic.FLOOD.value, Topic.NEWS.value]
MAY_WAIT = frozenset(topic for topic, treatment in TREATMENTS.items() if treatment.urgency is not Urgency.AT_ONCE)

# What is told to many names no vehicle: it goes while one of those by which they are asked is bound; any other notice
# goes while all that it is about are. `told` is who is told what; {of} says which notices are theirs.
_CHANGED = """
    WHEN optional.it AND (c.line_id IS NULL OR a.state = 'leaving') THEN 'left'
    WHEN optional.it AND told.topic = ANY(s.turned_off) THEN 'turned_off'
    WHEN bound.now < CASE WHEN told.topic = ANY(%(to_many)s::text[]) THEN least(1, bound.total) ELSE bound.total END
      THEN 'unbound'
  END AS why"""
_NOW = """
  CROSS JOIN LATERAL (SELECT told.topic = ANY(%(optional)s::text[]) AS it) AS optional
  LEFT JOIN citizen c ON c.channel = told.channel AND c.line_id = told.citizen
  LEFT JOIN account a ON a.channel = told.channel AND a.line_id = told.citizen
  LEFT JOIN notice_settings s ON s.channel = told.channel AND s.citizen = told.citizen
  LEFT JOIN LATERAL (
    SELECT count(*) AS total, count(b.id) AS now FROM notice n CROSS JOIN LATERAL unnest(n.about) AS v(id)
    LEFT JOIN (
      SELECT id, channel, citizen FROM binding UNION ALL SELECT id, channel, citizen FROM bound_identifier
    ) AS b ON b.id = v.id AND b.channel = told.channel AND b.citizen = told.citizen
    WHERE n.citizen = told.citizen AND {of}
  ) AS bound ON true"""
_SIFT = f"""
SELECT id, recipients IS NOT NULL, citizen, why FROM (
  SELECT o.id, o.recipients, told.citizen, CASE
    WHEN c.blocked_at IS NOT NULL AND o.topic <> %(own_act)s THEN 'blocked'{_CHANGED}
  FROM outbound_message o
  CROSS JOIN LATERAL (
    SELECT o.channel, who, o.topic FROM unnest(coalesce(o.recipients, ARRAY[o.lane::text])) AS who
  ) AS told(channel, citizen, topic){_NOW.format(of="n.outbound_id = o.id")}
  WHERE o.id = ANY(%(ids)s) AND (o.recipients IS NULL OR o.attempts = 1)
) AS looked WHERE why IS NOT NULL
"""  # noqa: S608 - all parts are this file's own
_SIFT_SMS = f"""
SELECT why FROM (
  SELECT CASE{_CHANGED}
  FROM sms_message m CROSS JOIN LATERAL (SELECT m.channel, m.citizen, m.topic) AS told(channel, citizen, topic)
  {_NOW.format(of="n.channel = told.channel AND n.sms_id = m.id")}
  WHERE m.id = %(id)s AND m.topic IS NOT NULL
) AS looked WHERE why IS NOT NULL
"""  # noqa: S608
_FAILED_SMS = "UPDATE notice SET failed = %s WHERE channel = %s AND citizen = %s AND sms_id = %s AND failed IS NULL"
_STOPPED = "SELECT 1 FROM halt WHERE what = %s"
_WAITS = "SELECT id FROM outbound_message WHERE id = ANY(%s) AND topic = ANY(%s)"
_FREEZE = """
UPDATE outbound_message SET recipients = (
  SELECT coalesce(array_agg(citizen ORDER BY position), '{}')
  FROM unnest(recipients) WITH ORDINALITY AS r(citizen, position) WHERE citizen <> ALL(%s::text[])
) WHERE id = %s RETURNING recipients
"""
_FAILED = "UPDATE notice SET failed = %s WHERE outbound_id = %s AND failed IS NULL"
_FAILED_ONE = "UPDATE notice SET failed = %s WHERE outbound_id = %s AND citizen = %s"
_MOVED = """
UPDATE notice SET outbound_id = m.id FROM unnest(%s::text[], %s::uuid[]) AS m(citizen, id)
WHERE outbound_id = %s AND notice.citizen = m.citizen
"""

Connection = psycopg.Connection[Any]


class Eligibility:
    """Implements domain.ports.sending.LastLook. wiring gives the clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def sift(self, connection: Connection, messages: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Ruling]:
        """Rulings where something has changed, where it is night, or where staff have stopped all pushes."""
        if pushes_stopped(connection):
            return dict.fromkeys(messages, Ruling(until=self._clock.now() + LOOK_AGAIN))
        rulings = self._until_morning(connection, messages)
        awake = [message for message in messages if message not in rulings]
        values = {"ids": awake, "optional": OPTIONAL, "own_act": Topic.OWN_ACT.value, "to_many": TO_MANY}
        gone: dict[uuid.UUID, dict[str, str]] = {}  # of a multicast: who does not get it, and why
        with connection.transaction():
            for message, many, citizen, why in connection.execute(_SIFT, values):
                if many:
                    gone.setdefault(message, {})[citizen] = why
                else:
                    rulings[message] = Ruling(why)
            for message, whys in gone.items():
                rulings[message] = self._freeze(connection, message, whys)
            self.failed(connection, {message: ruling.why for message, ruling in rulings.items() if ruling.why})
        return rulings

    def failed(self, connection: Connection, outcomes: Mapping[uuid.UUID, str]) -> None:
        """Keep with the notices why they did not go."""
        for message, why in outcomes.items():
            connection.execute(_FAILED, (why, message))

    def moved(self, connection: Connection, message: uuid.UUID, to: Mapping[str, uuid.UUID]) -> None:
        """The notices of a multicast follow the messages that go instead of it."""
        connection.execute(_MOVED, (list(to), list(to.values()), message))

    def _until_morning(self, connection: Connection, messages: Sequence[uuid.UUID]) -> dict[uuid.UUID, Ruling]:
        now = self._clock.now()
        morning = next_moment(Urgency.WAKING_HOURS, WAKING, now)
        if morning == now:
            return {}
        waiting = connection.execute(_WAITS, (list(messages), sorted(MAY_WAIT))).fetchall()
        return {message: Ruling(until=morning) for (message,) in waiting}

    def _freeze(self, connection: Connection, message: uuid.UUID, whys: Mapping[str, str]) -> Ruling:
        for citizen, why in whys.items():
            connection.execute(_FAILED_ONE, (why, message, citizen))
        left = connection.execute(_FREEZE, (list(whys), message)).fetchone()
        return Ruling(to=left[0]) if left and left[0] else Ruling(Why.NOBODY)


def pushes_stopped(connection: Connection) -> bool:
    """Whether staff have stopped all that the system starts by itself, in LINE and by SMS."""
    return connection.execute(_STOPPED, (PUSHES,)).fetchone() is not None


def not_by_sms(connection: Connection, message: uuid.UUID, channel: str | None, citizen: str | None) -> str | None:
    """Why the SMS of a notice does not go any longer, kept with the notice; None when it does, and for codes."""
    row = connection.execute(_SIFT_SMS, {"id": message, "optional": OPTIONAL, "to_many": TO_MANY}).fetchone()
    if row is None:
        return None
    connection.execute(_FAILED_SMS, (row[0], channel, citizen, message))
    return str(row[0])
