"""Writing the outbox: rows are inserted in the transaction of the fact they tell, their bodies fixed there."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.message import Message, as_plain, fit, serialise
from domain.notices import Rank, Topic
from infra.database import UnitOfWork

REPLY_SECONDS = 50  # LINE keeps a reply token about a minute from receipt


@dataclass(frozen=True, slots=True)
class Row:
    """One call to LINE, ready to be inserted."""

    id: uuid.UUID
    body: bytes
    plain: bytes | None
    reply_token: str | None
    reply_until: datetime | None


def answer_rows(messages: Sequence[Message], reply_token: str | None, received_at: datetime) -> list[Row]:
    """The rows that answer an event: the first call is the reply, what does not fit follows as pushes."""
    rows = []
    for position, call in enumerate(fit(messages) if messages else []):
        token = reply_token if position == 0 else None
        until = received_at + timedelta(seconds=REPLY_SECONDS) if token else None
        rows.append(Row(uuid.uuid4(), serialise(call), as_plain(call), token, until))
    return rows


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One call that the system starts, ready to be inserted."""

    id: uuid.UUID
    channel: str
    lane: str
    recipients: Sequence[str] | None  # of a multicast
    body: bytes
    plain: bytes | None
    dedupe_key: str | None
    not_before: datetime
    rank: Rank
    topic: Topic


# Bodies in binary: as text they would be twice as long. A multicast is a row by itself: arrays of arrays are not.
_PUT = """
INSERT INTO outbound_message (id, channel, lane, body, plain, dedupe_key, next_attempt_at, rank, topic)
SELECT n.id, n.channel, n.lane, n.body, n.plain, n.dedupe_key, GREATEST(now(), n.not_before), n.rank, n.topic
FROM unnest(%s::uuid[], %s::text[], %s::text[], %b::bytea[], %b::bytea[], %s::text[], %s::timestamptz[], %s::smallint[],
  %s::text[]) WITH ORDINALITY
  AS n(id, channel, lane, body, plain, dedupe_key, not_before, rank, topic, position)
ORDER BY n.position ON CONFLICT DO NOTHING
"""
_PUT_MANY = """
INSERT INTO outbound_message (id, channel, lane, recipients, body, plain, next_attempt_at, rank, topic)
VALUES (%s, %s, %s, %s, %s, %s, GREATEST(now(), %s), %s, %s)
"""


def outgoing(
    messages: Sequence[Message],
    message_id: uuid.UUID,
    *,
    channel: str,
    to: str,
    recipients: Sequence[str] | None,
    dedupe_key: str | None,
    not_before: datetime,
    rank: Rank,
    topic: Topic,
) -> list[Outgoing]:
    """The rows of a notice to one, or by multicast to `recipients`; the first has `message_id`.

    `not_before`: an aware moment; one that is past is at once.
    """
    rows = []
    lane = f"M{message_id.hex}" if recipients else to
    for position, call in enumerate(fit(messages)):
        key = dedupe_key if position == 0 or dedupe_key is None else f"{dedupe_key}#{position}"
        row_id = message_id if position == 0 else uuid.uuid4()
        body, plain = serialise(call), as_plain(call)
        rows.append(Outgoing(row_id, channel, lane, recipients, body, plain, key, not_before, rank, topic))
    return rows


def put(uow: UnitOfWork, rows: Sequence[Outgoing]) -> bool:
    """Put messages that the system starts into the outbox, in order, each once per dedupe key. Whether any is new."""
    single = [row for row in rows if row.recipients is None]
    added = 0
    if single:
        names = ("id", "channel", "lane", "body", "plain", "dedupe_key", "not_before", "rank", "topic")
        columns = [[getattr(row, name) for row in single] for name in names]
        added += uow.driver.execute(_PUT, columns).rowcount
    for row in rows:
        if row.recipients is not None:
            values = (row.id, row.channel, row.lane, list(row.recipients), row.body, row.plain, row.not_before)
            added += uow.driver.execute(_PUT_MANY, (*values, row.rank, row.topic)).rowcount
    return added > 0
