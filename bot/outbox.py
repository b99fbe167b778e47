"""The outbox pump: each citizen's messages in row order, each once as far as LINE lets us know.

A reply while its token lives, then a push whose retry key is the row's id. What LINE's answer means for the row is
decided in one function, after_call().
"""

import asyncio
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
import structlog
from psycopg.rows import TupleRow

from bot.messenger import Answer, Messenger, Verdict
from bot.pump import Lane, LanePump

BACKOFF_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
RETRY_KEY_HOURS = 24  # LINE forgets a retry key after this; sending again could arrive twice

log = structlog.get_logger(__name__)

# The next row of a lane: an earlier answer holds later rows, an earlier notice holds later notices, for 30 s at most
# after it has failed. A notice that waits for its hour holds nothing.
TAKE = """
UPDATE outbound_message AS o SET attempts = o.attempts + 1, unclear_reply = next.by_reply,
  first_push_at = CASE WHEN next.by_reply THEN o.first_push_at ELSE COALESCE(o.first_push_at, now()) END
FROM unnest(%s::text[], %s::text[]) AS l(channel, lane)
CROSS JOIN LATERAL (
  SELECT w.id, w.unclear_reply AS was_unclear, w.reply_token IS NOT NULL AND now() < w.reply_until AS by_reply
  FROM outbound_message w
  WHERE w.channel = l.channel AND w.lane = l.lane AND w.ended_at IS NULL AND w.next_attempt_at <= now()
    AND NOT EXISTS (
      SELECT 1 FROM outbound_message p
      WHERE p.channel = l.channel AND p.lane = l.lane AND p.ended_at IS NULL AND p.seq < w.seq
        AND p.next_attempt_at > now() AND (p.answers IS NOT NULL OR w.answers IS NULL)
        AND p.first_failed_at > now() - interval '30 seconds')
  ORDER BY w.answers IS NULL, w.seq LIMIT 1
) AS next
WHERE o.id = next.id
RETURNING o.channel, o.lane, o.id, o.body, o.reply_token, next.by_reply, next.was_unclear,
  o.attempts, o.first_push_at, now()
"""

# A wait never passes the moment when later rows are let go: this one is tried once more before them.
MARK = """
UPDATE outbound_message AS o SET
  ended_at = CASE WHEN m.outcome IS NOT NULL THEN now() END,
  outcome = m.outcome,
  request_id = m.request_id,
  reply_token = CASE WHEN m.keep_token THEN o.reply_token END,
  unclear_reply = m.unclear,
  next_attempt_at = LEAST(
    now() + make_interval(secs => m.wait),
    NULLIF(GREATEST(COALESCE(o.first_failed_at, now()) + interval '30 seconds', now()), now())),
  first_failed_at = CASE WHEN m.wait > 0 THEN COALESCE(o.first_failed_at, now()) ELSE o.first_failed_at END
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bool[], %s::bool[], %s::float8[])
  AS m(id, outcome, request_id, keep_token, unclear, wait)
WHERE o.id = m.id AND o.ended_at IS NULL
"""

IN_WORDS = """
INSERT INTO outbound_message (id, channel, lane, answers, reply_token, reply_until, body)
SELECT gen_random_uuid(), channel, lane, answers, reply_token, reply_until, plain
FROM outbound_message WHERE id = ANY(%s) AND plain IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Sending:
    """One row in hand."""

    lane: Lane
    id: uuid.UUID
    body: bytes
    reply_token: str | None
    by_reply: bool
    was_unclear: bool  # an earlier reply may have arrived
    attempts: int  # this one included
    first_push_at: datetime | None
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """What becomes of a row. `outcome` None: it is tried again after `wait` seconds."""

    id: uuid.UUID
    outcome: str | None = None
    request_id: str | None = None
    keep_token: bool = True
    unclear: bool = False
    wait: float = 0.0
    in_words: bool = False  # say it again as plain text


def after_call(row: Sending, answer: Answer) -> Mark:
    """The rule of sending (design/architecture.md, rule 3)."""
    wait = BACKOFF_SECONDS[min(row.attempts, len(BACKOFF_SECONDS)) - 1]
    match answer.verdict:
        case Verdict.ACCEPTED:
            return Mark(row.id, "replied" if row.by_reply else "pushed", answer.request_id)
        case Verdict.DUPLICATE:
            return Mark(row.id, "duplicate", answer.request_id)
        case Verdict.INVALID_TOKEN if row.was_unclear:
            return Mark(row.id, "replied", answer.request_id)  # the unclear one had arrived
        case Verdict.INVALID_TOKEN:
            return Mark(row.id, None, answer.request_id, keep_token=False)
        case Verdict.REFUSED:
            return Mark(row.id, "refused", answer.request_id, in_words=True)
        case Verdict.QUOTA | Verdict.DENIED:
            return Mark(row.id, answer.verdict.value, answer.request_id)
        case Verdict.RATE | Verdict.UNSENT:
            return Mark(row.id, None, answer.request_id, unclear=row.was_unclear, wait=wait)
        case Verdict.UNCLEAR:
            return Mark(row.id, None, answer.request_id, unclear=row.by_reply or row.was_unclear, wait=wait)


class OutboxPump(LanePump):
    """Drains outbound_message."""

    name = "outbox"
    lock = 7_002
    table = "outbound_message"
    waiting = "ended_at IS NULL"

    def __init__(self, database_url: str, *, messenger: Messenger, most_in_hand: int = 256) -> None:
        super().__init__(database_url, most_in_hand=most_in_hand)
        self._messenger = messenger
        self._marks: list[Mark] = []
        self._marks_guard = threading.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, connection: "psycopg.Connection[TupleRow]", lanes: Sequence[Lane]) -> Sequence[Lane]:
        rows = connection.execute(TAKE, ([lane[0] for lane in lanes], [lane[1] for lane in lanes])).fetchall()
        batch = [Sending((row[0], row[1]), *row[2:]) for row in rows]
        if batch:
            self.loop.call_soon_threadsafe(self._start, batch)
        return list(set(lanes) - {row.lane for row in batch})

    def write(self, connection: "psycopg.Connection[TupleRow]") -> None:
        with self._marks_guard:
            marks = list(self._marks)
        if not marks:
            return
        columns = [(m.id, m.outcome, m.request_id, m.keep_token, m.unclear, m.wait) for m in marks]
        with connection.transaction():
            refused = [m.id for m in marks if m.in_words]
            if refused:
                connection.execute(IN_WORDS, (refused,))
            connection.execute(MARK, tuple(list(column) for column in zip(*columns, strict=True)))
        with self._marks_guard:
            del self._marks[: len(marks)]

    def _start(self, batch: Sequence[Sending]) -> None:
        for row in batch:
            task = self.loop.create_task(self._send(row))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, row: Sending) -> None:
        mark = Mark(row.id, wait=BACKOFF_SECONDS[0], unclear=True)
        try:
            mark = await self._call(row)
        except Exception as error:
            log.error("send_failed", message=str(row.id), exc_info=error)
        finally:
            with self._marks_guard:
                self._marks.append(mark)
            self.finish(row.lane)

    async def _call(self, row: Sending) -> Mark:
        if row.by_reply and row.reply_token:
            answer = await self._messenger.reply(row.reply_token, row.body)
        elif row.first_push_at and row.taken_at - row.first_push_at > timedelta(hours=RETRY_KEY_HOURS):
            log.error("message_given_up", message=str(row.id), attempts=row.attempts)
            return Mark(row.id, "expired")
        else:
            answer = await self._messenger.push(row.lane[1], row.body, row.id)
        mark = after_call(row, answer)
        if answer.verdict is not Verdict.ACCEPTED:
            level = log.error if mark.outcome in ("refused", "quota", "denied") else log.warning
            level(
                "send_not_accepted",
                message=str(row.id),
                verdict=answer.verdict.value,
                status=answer.status,
                request_id=answer.request_id,
                attempt=row.attempts,
                detail=answer.detail if mark.in_words else None,
            )
        return mark
