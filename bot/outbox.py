"""The outbox pump: each citizen's messages in row order, each once as far as LINE lets us know.

A reply while its token lives, then a push whose retry key is the row's id; what many are told in the same words is one
row, sent by multicast. Notices are looked at once more when they are claimed; all workers together keep LINE's rates.
What LINE's answer means for the row is decided in one function, after_call().
"""

import asyncio
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import psycopg
import structlog
from psycopg.rows import TupleRow

from bot import outbox_statements as statements
from bot.messenger import Answer, Messenger, Verdict
from bot.pump import Lane, LanePump
from domain.ports.sending import LastLook, Ruling
from infra.pace import Pace

BACKOFF_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
BUSY_SECONDS = 15.0  # too much at once for one citizen, or at all: longer than a moment
RATE_SECONDS = 1.0  # after LINE said that the rate is exceeded, nobody sends for so long
RETRY_KEY_HOURS = 24  # LINE forgets a retry key after this; sending again could arrive twice

# Calls a second of a channel (Messaging API reference, "rate limits"), and how much of them is used: a little of
# what leaves evenly arrives closer together.
LINE_RATES = {"reply": 2000, "push": 2000, "multicast": 200}
SHARE = 0.95
RATES = {bucket: rate * SHARE for bucket, rate in LINE_RATES.items()}

# Outcomes of a row that did not go, by LINE's doing or by ours; `refused` and `singly` go on as other rows.
FAILED = frozenset({"quota", "denied", "unreachable", "expired"})

log = structlog.get_logger(__name__)


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
    notice: bool  # that the last look is taken at
    recipients: Sequence[str] | None  # of a multicast

    @property
    def bucket(self) -> str:
        """Which of LINE's rates its call counts against."""
        return "reply" if self.by_reply else "multicast" if self.recipients is not None else "push"


@dataclass(frozen=True, slots=True)
class Mark:
    """What becomes of a row. `outcome` None: it is tried again after `wait` seconds."""

    id: uuid.UUID
    outcome: str | None = None
    request_id: str | None = None
    keep_token: bool = True
    unclear: bool = False
    wait: float = 0.0
    until: datetime | None = None  # put off on purpose
    in_words: bool = False  # say it again as plain text
    singly: bool = False  # say it again to each by a call of their own


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
        case Verdict.RECIPIENTS:
            return Mark(row.id, "singly", answer.request_id, singly=True)
        case Verdict.QUOTA | Verdict.DENIED | Verdict.UNREACHABLE:
            return Mark(row.id, answer.verdict.value, answer.request_id)
        case Verdict.RATE | Verdict.BUSY | Verdict.UNSENT:
            if answer.verdict is Verdict.BUSY:
                wait = max(wait, BUSY_SECONDS)
            return Mark(row.id, None, answer.request_id, unclear=row.was_unclear, wait=wait)
        case Verdict.UNCLEAR:
            return Mark(row.id, None, answer.request_id, unclear=row.by_reply or row.was_unclear, wait=wait)


class OutboxPump(LanePump):
    """Drains outbound_message. `pace` has the buckets of RATES."""

    name = "outbox"
    lock = 7_002
    table = "outbound_message"
    waiting = "ended_at IS NULL"
    find = statements.FIND

    def __init__(
        self, database_url: str, *, messenger: Messenger, pace: Pace, last_look: LastLook, most_in_hand: int = 256
    ) -> None:
        super().__init__(database_url, most_in_hand=most_in_hand)
        self._messenger = messenger
        self._pace = pace
        self._last_look = last_look
        self._marks: list[Mark] = []
        self._marks_guard = threading.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._held_until = 0.0
        self._free: dict[str, float] = {}  # by bucket: when this process may send again

    def take(self, connection: "psycopg.Connection[TupleRow]", lanes: Sequence[Lane]) -> Sequence[Lane]:
        columns = ([lane[0] for lane in lanes], [lane[1] for lane in lanes])
        rows = connection.execute(statements.TAKE, columns, binary=True).fetchall()
        batch = [Sending((row[0], row[1]), *row[2:]) for row in rows]
        notices = [row.id for row in batch if row.notice]
        rulings = self._last_look.sift(connection, notices) if notices else {}
        going = [sent for row in batch if (sent := self._ruled(row, rulings.get(row.id)))]
        if going:
            waits = self._pace.book(Counter(row.bucket for row in going))
            self.loop.call_soon_threadsafe(self._start, going, waits, time.monotonic())
        return list(set(lanes) - {row.lane for row in batch})

    def _ruled(self, row: Sending, ruling: Ruling | None) -> Sending | None:
        """The row as it goes; None when it does not go now, which is then marked."""
        if ruling is None:
            return row
        if ruling.why is None and ruling.until is None:
            return replace(row, recipients=ruling.to)
        self._done(row, Mark(row.id, ruling.why, until=ruling.until))
        return None

    def write(self, connection: "psycopg.Connection[TupleRow]") -> None:
        with self._marks_guard:
            marks = list(self._marks)
        if not marks:
            return
        columns = [(m.id, m.outcome, m.request_id, m.keep_token, m.unclear, m.wait, m.until) for m in marks]
        with connection.transaction():
            refused = [m.id for m in marks if m.in_words]
            if refused:
                connection.execute(statements.IN_WORDS, (refused,))
            for mark in marks:
                if mark.singly:
                    pushes = connection.execute(statements.SINGLY, (mark.id,)).fetchall()
                    self._last_look.moved(connection, mark.id, {row[1]: row[0] for row in pushes})
            failed = {m.id: m.outcome for m in marks if m.outcome in FAILED}
            if failed:
                self._last_look.failed(connection, failed)
            connection.execute(statements.MARK, tuple(list(column) for column in zip(*columns, strict=True)))
        with self._marks_guard:
            del self._marks[: len(marks)]

    def _start(self, batch: Sequence[Sending], waits: Mapping[str, float], booked_at: float) -> None:
        """Each call at the moment booked for it: one interval after the one before it in its bucket."""
        moments = {bucket: booked_at + wait for bucket, wait in waits.items()}
        for row in batch:
            task = self.loop.create_task(self._send(row, moments[row.bucket]))
            moments[row.bucket] += self._pace.interval(row.bucket)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, row: Sending, moment: float) -> None:
        mark = Mark(row.id, wait=BACKOFF_SECONDS[0], unclear=True)
        try:
            await self._turn(row.bucket, moment)
            mark = await self._call(row)
        except Exception as error:
            log.error("send_failed", message=str(row.id), exc_info=error)
        finally:
            self._done(row, mark)

    async def _turn(self, bucket: str, moment: float) -> None:
        """Wait for the moment booked; what a busy machine has made late does not leave all at once then."""
        now = time.monotonic()
        if moment > now:
            await asyncio.sleep(moment - now)
            now = time.monotonic()
        free = max(now, self._free.get(bucket, 0.0))
        self._free[bucket] = free + self._pace.interval(bucket)
        if free > now:
            await asyncio.sleep(free - now)

    def _done(self, row: Sending, mark: Mark) -> None:
        with self._marks_guard:
            self._marks.append(mark)
        self.finish(row.lane)

    async def _call(self, row: Sending) -> Mark:
        if row.by_reply and row.reply_token:
            answer = await self._messenger.reply(row.reply_token, row.body)
        elif row.first_push_at and row.taken_at - row.first_push_at > timedelta(hours=RETRY_KEY_HOURS):
            log.error("message_given_up", message=str(row.id), attempts=row.attempts)
            return Mark(row.id, "expired")
        elif row.recipients is not None:
            answer = await self._messenger.multicast(row.recipients, row.body, row.id)
        else:
            answer = await self._messenger.push(row.lane[1], row.body, row.id)
        if answer.verdict is Verdict.RATE:
            await self._hold(row.bucket)
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

    async def _hold(self, bucket: str) -> None:
        """The rate is exceeded, by whomever: all workers pause, once for the many calls that are told so at once."""
        now = time.monotonic()
        if now >= self._held_until:
            self._held_until = now + RATE_SECONDS
            await asyncio.to_thread(self._pace.hold, bucket, RATE_SECONDS)
