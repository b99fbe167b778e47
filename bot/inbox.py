"""The inbox pump: citizen by citizen, in order, at most once in effect.

An event's life: taken with its attempt counted → handled in a thread with a unit of work of its own → if something
outside must be asked, awaited in the event loop with no thread and no connection held → one transaction with the
business rows, the outbox rows and `done_at` (set only where it is still null) → Redis takes the dialog state.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import psycopg
import structlog
from psycopg.rows import TupleRow

from bot.dialog import Dialog, DialogStore, newer
from bot.engine import Engine
from bot.event import Event, read
from bot.inbox_statements import ASK_AGAIN, BEGIN_AGAIN, DONE, FAILED, TAKE
from bot.outbox_rows import Row, answer_rows
from bot.pump import Lane, LanePump
from bot.reading import decode
from bot.run import Handled, Incoming, Pending
from infra.database import UnitOfWork, UnitOfWorkFactory

MOST_ATTEMPTS = 5
MOST_QUESTIONS = 100  # kills while an answer was awaited, before they count as the event's own doing
RETRY_SECONDS = (0.2, 1.0, 3.0, 5.0)  # after the 1st, 2nd … failed attempt
LOADING_AFTER_SECONDS = 0.7  # a slower answer shows LINE's loading animation
QUESTION_SECONDS = 15.0  # no outside question may hold a citizen longer; each has its own shorter time-outs

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """One event in hand."""

    lane: Lane
    event_id: str
    payload: bytes | None
    attempts: int  # this one included; in the row a later one counts when it begins, not while it queues
    questions: int  # later attempts that were killed while they waited for an outside answer
    received_at: datetime
    dialog: Dialog

    @property
    def event(self) -> Event:
        """What LINE delivered; an event that was unsent meanwhile is an empty one."""
        return read(decode(self.payload or b"{}") or {})


class Presence(Protocol):
    """Shows a citizen that an answer is being worked on."""

    async def show_loading(self, citizen: str) -> None:
        """LINE's loading animation; a failure is no failure."""
        ...


class AlreadyDoneError(Exception):
    """Another worker has done this event: nothing of this run may stay."""


class InboxPump(LanePump):
    """Drains inbound_event."""

    name = "inbox"
    lock = 7_001
    table = "inbound_event"
    waiting = "done_at IS NULL"

    def __init__(
        self,
        database_url: str,
        *,
        units: UnitOfWorkFactory,
        engine: Engine,
        dialogs: DialogStore,
        presence: Presence,
        threads: int,
        answered: Callable[[], None] = lambda: None,
        most_in_hand: int = 256,
    ) -> None:
        super().__init__(database_url, most_in_hand=most_in_hand)
        self._units = units
        self._engine = engine
        self._dialogs = dialogs
        self._presence = presence
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="inbox")
        self._answered = answered
        self._suspects = threading.Lock()

    def take(self, connection: "psycopg.Connection[TupleRow]", lanes: Sequence[Lane]) -> Sequence[Lane]:
        rows = connection.execute(TAKE, ([lane[0] for lane in lanes], [lane[1] for lane in lanes])).fetchall()
        stored = self._dialogs.load([(row[0], row[1]) for row in rows])
        for row, in_redis in zip(rows, stored, strict=True):
            channel, lane, event_id, payload, attempts, questions, received_at, in_database = row
            dialog = self._dialogs.open((channel, lane), newer(in_redis, in_database))
            taken = Taken((channel, lane), event_id, payload, attempts, questions, received_at, dialog)
            self._threads.submit(self._begin, taken)
        return list(set(lanes) - {(row[0], row[1]) for row in rows})

    def write(self, connection: "psycopg.Connection[TupleRow]") -> None:
        """Nothing gathers: each event's end is committed with its effects."""

    # In a thread

    def _begin(self, taken: Taken) -> None:
        if taken.attempts > MOST_ATTEMPTS or taken.questions > MOST_QUESTIONS:  # its runs never came back
            self._guarded(taken, lambda: self._set_aside(taken, "killed"))
            return
        if taken.attempts == 1:  # counted when it was taken
            self._guarded(taken, lambda: self._handle(taken))
            return
        # Perhaps it is what kills workers: run alone among its like, so that only its own attempts are used up.
        with self._suspects:
            self._guarded(taken, lambda: self._alone(taken, lambda: self._handle(taken)))

    def _alone(self, taken: Taken, work: Callable[[], Pending | None]) -> Pending | None:
        """A later attempt: counted when it begins, given back when it goes to await an answer."""
        with self._units() as uow:
            uow.driver.execute(BEGIN_AGAIN, (taken.attempts, taken.event_id))
        pending = work()
        if pending is not None:
            with self._units() as uow:
                uow.driver.execute(ASK_AGAIN, (taken.event_id,))
        return pending

    def _handle(self, taken: Taken) -> Pending | None:
        event = taken.event
        incoming = Incoming(taken.lane[0], taken.event_id, event)
        with self._units() as uow:
            return self._end(uow, taken, event, self._engine.handle(uow, incoming, taken.dialog))

    def _go_on(self, taken: Taken, event: Event, pending: Pending, answer: Any) -> None:
        def resume() -> Pending | None:
            with self._units() as uow:
                return self._end(uow, taken, event, pending.go_on(uow, answer))

        if taken.attempts == 1:
            self._guarded(taken, resume)
            return

        with self._suspects:
            self._guarded(taken, lambda: self._alone(taken, resume))

    def _end(self, uow: UnitOfWork, taken: Taken, event: Event, result: Handled | Pending) -> Pending | None:
        """Commit what the event did; or, when something outside must be asked first, keep nothing."""
        if isinstance(result, Pending):
            uow.rollback()
            return _Asked(result.question, result.go_on, event)
        rows = answer_rows(result.messages, event.reply_token, taken.received_at)
        self._mark_done(uow, taken, rows, result.dialog)
        uow.commit()
        if result.dialog is not None:
            self._dialogs.save(taken.lane, result.dialog)
        if rows:
            self._answered()
        return None

    def _mark_done(
        self, uow: UnitOfWork, taken: Taken, rows: Sequence[Row], dialog: Dialog | None, failure: str | None = None
    ) -> None:
        values = (
            dialog.version if dialog else None,
            self._dialogs.seal(taken.lane, dialog) if dialog else None,
            failure,
            failure is not None,
            failure is not None,  # kept for staff, who may have it run again
            taken.event_id,
            [row.id for row in rows],
            [row.reply_token for row in rows],
            [row.reply_until for row in rows],
            [row.body for row in rows],
            [row.plain for row in rows],
        )
        done = uow.driver.execute(DONE, values).fetchone()
        if not done or done[0] != 1:
            raise AlreadyDoneError

    def _guarded(self, taken: Taken, work: Callable[[], Pending | None]) -> None:
        """Run, and decide what a failure means for this event alone."""
        try:
            pending = work()
        except AlreadyDoneError:
            log.info("event_done_elsewhere", event_id=taken.event_id)
            self.finish(taken.lane)
        except Exception as error:
            self._failed(taken, error)
        else:
            if isinstance(pending, _Asked):
                self.loop.call_soon_threadsafe(self._ask, taken, pending)
            else:
                self.finish(taken.lane)

    def _failed(self, taken: Taken, error: Exception) -> None:
        try:
            log.error("event_failed", event_id=taken.event_id, attempt=taken.attempts, exc_info=error)
            if taken.attempts >= MOST_ATTEMPTS:
                self._set_aside(taken, type(error).__name__)
            else:
                with self._units() as uow:
                    wait = RETRY_SECONDS[taken.attempts - 1]
                    uow.driver.execute(FAILED, (type(error).__name__[:80], wait, *taken.lane))
        except Exception as second:
            # The database is away: the event stays as it is and is taken again when it is back.
            log.error("event_failure_not_kept", event_id=taken.event_id, error=type(second).__name__)
        finally:
            self.finish(taken.lane)

    def _set_aside(self, taken: Taken, failure: str) -> None:
        """Give up kindly: the citizen is told, staff see the row, the next event goes on."""
        event = taken.event
        speaks = event.private and event.input is not None and not event.standby
        messages = [self._engine.apology(taken.dialog)] if speaks else []
        rows = answer_rows(messages, event.reply_token, taken.received_at)
        with self._units() as uow:
            self._mark_done(uow, taken, rows, None, failure[:80])
        log.error("event_set_aside", event_id=taken.event_id, failure=failure)
        self._answered()

    # In the event loop

    def _ask(self, taken: Taken, asked: "_Asked") -> None:
        task = self.loop.create_task(self._await_answer(taken, asked))
        _keep(task)

    async def _await_answer(self, taken: Taken, asked: "_Asked") -> None:
        try:
            question = asyncio.ensure_future(asyncio.wait_for(asked.question(), QUESTION_SECONDS))
            await asyncio.wait([question], timeout=LOADING_AFTER_SECONDS)
            if not question.done():
                _keep(asyncio.create_task(self._presence.show_loading(taken.lane[1])))
            answer = await question
        except Exception as error:
            self._threads.submit(self._failed, taken, error)
        else:
            self._threads.submit(self._go_on, taken, asked.event, asked, answer)


@dataclass(frozen=True, slots=True)
class _Asked(Pending):
    """A pending question with the event it belongs to."""

    event: Event


_tasks: set["asyncio.Task[None]"] = set()


def _keep(task: "asyncio.Task[None]") -> None:
    """The loop holds tasks weakly; keep one until it is done."""
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
