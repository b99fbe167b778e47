"""The inbox pump: citizen by citizen, in order, at most once in effect.

An event's life: taken with its attempt counted → handled in a thread with a unit of work of its own → if something
outside must be asked, awaited in the event loop with no thread and no connection held → one transaction with the
business rows, the outbox rows and `done_at` (set only where it is still null) → Redis takes the dialog state.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol

import psycopg
import structlog
from psycopg.rows import TupleRow

from bot.batch import MOST_TOGETHER, Batch
from bot.dialog import DialogStore, newer
from bot.engine import Engine
from bot.inbox_statements import ASK_AGAIN, BEGIN_AGAIN, FAILED, TAKE
from bot.pump import Lane, LanePump
from bot.results import Handled, Pending, settled
from bot.work import AlreadyDoneError, Ending, Taken, Work
from infra.database import UnitOfWorkFactory

MOST_ATTEMPTS = 5
MOST_QUESTIONS = 100  # kills while an answer was awaited, before they count as the event's own doing
RETRY_SECONDS = (0.2, 1.0, 3.0, 5.0)  # after the 1st, 2nd … failed attempt
LOADING_AFTER_SECONDS = 0.7  # a slower answer shows LINE's loading animation
QUESTION_SECONDS = 15.0  # no outside question may hold a citizen longer; each has its own shorter time-outs

log = structlog.get_logger(__name__)


class Presence(Protocol):
    """Shows a citizen that an answer is being worked on."""

    async def show_loading(self, citizen: str) -> None:
        """LINE's loading animation; a failure is no failure."""
        ...


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
        self._ending = Ending(dialogs, answered)
        self._batch = Batch(units, engine, self._ending)
        self._first: deque[Work] = deque()  # first attempts, gathering for a batch
        self._suspects = threading.Lock()

    def take(self, connection: "psycopg.Connection[TupleRow]", lanes: Sequence[Lane]) -> Sequence[Lane]:
        named = ([lane[0] for lane in lanes], [lane[1] for lane in lanes])
        rows = connection.execute(TAKE, named, binary=True).fetchall()
        stored = self._dialogs.load([(row[0], row[1]) for row in rows])
        works = []
        for row, in_redis in zip(rows, stored, strict=True):
            channel, lane, event_id, payload, attempts, questions, received_at, in_database = row
            dialog = self._dialogs.open((channel, lane), newer(in_redis, in_database))
            works.append(Work(Taken((channel, lane), event_id, payload, attempts, questions, received_at, dialog)))
        self._submit(works)
        return list(set(lanes) - {(row[0], row[1]) for row in rows})

    def write(self, connection: "psycopg.Connection[TupleRow]") -> None:
        """Nothing gathers: each event's end is committed with its effects."""

    def _submit(self, works: Sequence[Work]) -> None:
        """Have these run in a thread: first attempts in batches of what has gathered by then."""
        first = [work for work in works if work.taken.attempts == 1]  # counted when they were taken
        self._first.extend(first)
        for _ in range(0, len(first), MOST_TOGETHER):
            self._threads.submit(self._run_some)
        for work in works:
            if work.taken.attempts > 1:
                self._threads.submit(self._run_suspect, work)

    # In a thread

    def _run_some(self) -> None:
        works: list[Work] = []
        with suppress(IndexError):  # another thread has taken the rest
            while len(works) < MOST_TOGETHER:
                works.append(self._first.popleft())
        if len(works) == 1:
            self._run_alone(works[0])
        elif works:
            outcome = self._batch.run(works)
            for work in outcome.done:
                self.finish(work.taken.lane)
            for work, pending in outcome.asking:
                self.loop.call_soon_threadsafe(self._ask, work, pending)
            for work in outcome.alone:
                self._threads.submit(self._run_alone, work)

    def _run_alone(self, work: Work) -> None:
        self._guarded(work, lambda: self._handle(work))

    def _run_suspect(self, work: Work) -> None:
        taken = work.taken
        if taken.attempts > MOST_ATTEMPTS or taken.questions > MOST_QUESTIONS:  # its runs never came back
            self._guarded(work, lambda: self._set_aside(work, "killed"))
            return
        # Perhaps it is what kills workers: run alone among its like, so that only its own attempts are used up.
        with self._suspects:
            self._guarded(work, lambda: self._counted(work))

    def _counted(self, work: Work) -> Pending | None:
        """A later attempt: counted when it begins, given back when it goes to await an answer."""
        with self._units() as uow:
            uow.driver.execute(BEGIN_AGAIN, (work.taken.attempts, work.taken.event_id))
        pending = self._handle(work)
        if pending is not None:
            with self._units() as uow:
                uow.driver.execute(ASK_AGAIN, (work.taken.event_id,))
        return pending

    def _handle(self, work: Work) -> Pending | None:
        """Commit what the event did; or, when something outside must be asked first, keep nothing."""
        with self._units() as uow:
            result = settled(uow, work.begin(self._engine, uow))
            if isinstance(result, Pending):
                uow.rollback()
                return result
            self._ending.commit(uow, [(work, result)])
            return None

    def _guarded(self, work: Work, action: Callable[[], Pending | None]) -> None:
        """Run, and decide what a failure means for this event alone."""
        try:
            pending = action()
        except AlreadyDoneError:
            log.info("event_done_elsewhere", event_id=work.taken.event_id)
            self.finish(work.taken.lane)
        except Exception as error:
            self._failed(work, error)
        else:
            if pending is not None:
                self.loop.call_soon_threadsafe(self._ask, work, pending)
            else:
                self.finish(work.taken.lane)

    def _failed(self, work: Work, error: Exception) -> None:
        taken = work.taken
        try:
            log.error("event_failed", event_id=taken.event_id, attempt=taken.attempts, exc_info=error)
            if taken.attempts >= MOST_ATTEMPTS:
                self._set_aside(work, type(error).__name__)
            else:
                with self._units() as uow:
                    wait = RETRY_SECONDS[taken.attempts - 1]
                    uow.driver.execute(FAILED, (type(error).__name__[:80], wait, *taken.lane))
        except Exception as second:
            # The database is away: the event stays as it is and is taken again when it is back.
            log.error("event_failure_not_kept", event_id=taken.event_id, error=type(second).__name__)
        finally:
            self.finish(taken.lane)

    def _set_aside(self, work: Work, failure: str) -> None:
        """Give up kindly: the citizen is told, staff see the row, the next event goes on."""
        event = work.event
        speaks = event.private and event.input is not None and not event.standby
        messages = [self._engine.apology(work.taken.dialog)] if speaks else []
        with self._units() as uow:
            self._ending.commit(uow, [(work, Handled(messages))], failure[:80])
        log.error("event_set_aside", event_id=work.taken.event_id, failure=failure)

    # In the event loop

    def _ask(self, work: Work, asked: Pending) -> None:
        _keep(self.loop.create_task(self._await_answer(work, asked)))

    async def _await_answer(self, work: Work, asked: Pending) -> None:
        try:
            question = asyncio.ensure_future(asyncio.wait_for(asked.question(), QUESTION_SECONDS))
            await asyncio.wait([question], timeout=LOADING_AFTER_SECONDS)
            if not question.done():
                _keep(asyncio.create_task(self._presence.show_loading(work.taken.lane[1])))
            answer = await question
        except Exception as error:
            self._threads.submit(self._failed, work, error)
        else:
            self._submit([Work(work.taken, lambda uow: asked.go_on(uow, answer))])


_tasks: set["asyncio.Task[None]"] = set()


def _keep(task: "asyncio.Task[None]") -> None:
    """The loop holds tasks weakly; keep one until it is done."""
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
