"""The pattern of both pumps: claim lanes by advisory lock, take each lane's next row, never two of one lane at once.

One dedicated autocommit connection per pump holds the locks. If it is lost, so are they: the pump takes nothing new
until it has another one, and other workers may go on with those lanes.
"""

import asyncio
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence

import psycopg
import structlog
from psycopg.rows import TupleRow

from infra.database import CONNECT_SECONDS

POLL_SECONDS = 0.25  # the safety net under the wake-up hints
BREATH_SECONDS = 0.025  # between two rounds under load: rows gather, and one round serves them all
REFILL = 4  # with work in hand, look for more when one in so many places is free: each look costs the same
RECONNECT_SECONDS = (0.1, 0.5, 1.0, 2.0)
STOP_SECONDS = 8.0  # what is in hand may finish for so long

SETTINGS = (
    "synchronous_commit=off",
    "timezone=UTC",
    "enable_seqscan=off",
    "enable_bitmapscan=off",
    "enable_sort=off",
    "enable_hashjoin=off",
    "enable_mergejoin=off",
)

Lane = tuple[str, str]  # channel, who is answered
log = structlog.get_logger(__name__)

FIND = """
WITH waiting AS MATERIALIZED (
  SELECT channel, lane FROM {table}
  WHERE {waiting} AND next_attempt_at <= now() AND NOT (channel || ':' || lane = ANY(%(in_hand)s))
  ORDER BY seq LIMIT %(look)s
), lanes AS MATERIALIZED (SELECT DISTINCT channel, lane FROM waiting)
SELECT channel, lane FROM lanes WHERE pg_try_advisory_lock(hashtextextended(channel || ':' || lane, %(lock)s))
"""
UNLOCK = "SELECT pg_advisory_unlock(hashtextextended(lane, %s)) FROM unnest(%s::text[]) AS lane"


class LanePump(ABC):
    """Drains one table in batches. Subclasses say which rows wait, how to take them and what to do with them."""

    name: str
    lock: int  # class of the advisory locks: one number per table
    table: str
    waiting: str  # SQL: a row that has not ended
    find = FIND

    def __init__(self, database_url: str, *, most_in_hand: int) -> None:
        self._url = database_url
        self._most = most_in_hand
        self._in_hand: set[Lane] = set()
        self._finished: list[Lane] = []
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._find = self.find.format(table=self.table, waiting=self.waiting)  # names of our own, never input

    @abstractmethod
    def take(self, connection: "psycopg.Connection[TupleRow]", lanes: Sequence[Lane]) -> Sequence[Lane]:
        """Take the next row of each locked lane and start on it. Returns the lanes that had none.

        What it raises, it raises before it has started on any.
        """

    @abstractmethod
    def write(self, connection: "psycopg.Connection[TupleRow]") -> None:
        """Write what has gathered about finished lanes; called before they are unlocked, again if it failed."""

    def wake(self) -> None:
        """There may be work. Safe from any thread."""
        if not self._wake.is_set():  # asked thousands of times a second, while the pump sleeps between two rounds
            self._wake.set()

    def finish(self, lane: Lane) -> None:
        """The row taken of this lane has ended, or waits for its next attempt. Safe from any thread."""
        with self._guard:
            self._finished.append(lane)
        self.wake()

    @property
    def in_hand(self) -> int:
        """How many lanes are being worked on."""
        return len(self._in_hand)

    async def run(self) -> None:
        """Drain until stop(). A lost database is waited for, with growing pauses."""
        self._loop = asyncio.get_running_loop()
        done = self._loop.create_future()

        def drain() -> None:
            error: BaseException | None = None
            try:
                self._keep_draining()
            except BaseException as raised:  # told to the awaiting task, whatever it is
                error = raised
            self.loop.call_soon_threadsafe(lambda: done.set_exception(error) if error else done.set_result(None))

        threading.Thread(target=drain, name=self.name, daemon=True).start()
        await done

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop of the worker, for what is awaited outside."""
        if self._loop is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._loop

    async def stop(self) -> None:
        """Take nothing new; run() returns when what is in hand has ended, or after STOP_SECONDS."""
        self._stopping.set()
        self._wake.set()

    def _keep_draining(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                with self._connect() as connection:
                    failures = 0
                    self._drain(connection)
            except psycopg.Error as error:
                log.warning("pump_lost_database", pump=self.name, error=type(error).__name__)
                self._stopping.wait(RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)])
                failures += 1

    def _connect(self) -> "psycopg.Connection[TupleRow]":
        # A crash may lose what this connection wrote last: counters of attempts, and marks that are found out again.
        # Statistics of a queue are never up to date, and a plan made for few rows reads the whole backlog every round:
        # only the indexes may be walked, in their order.
        return psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name=f"parkline {self.name}",
            options=" ".join(f"-c {setting}" for setting in SETTINGS),
        )

    def _drain(self, connection: "psycopg.Connection[TupleRow]") -> None:
        foreign = set(self._in_hand)  # in hand from a lost connection: its locks are gone, nothing to unlock here
        stop_by: float | None = None
        while True:
            began = time.monotonic()
            self._release(connection, foreign)
            if self._stopping.is_set():
                stop_by = stop_by or began + STOP_SECONDS
                if not self._in_hand or began > stop_by:
                    return
                busy = False
            else:
                busy = self._round(connection)
            if not busy:
                self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            rest = BREATH_SECONDS - (time.monotonic() - began)
            if rest > 0:
                time.sleep(rest)

    def _round(self, connection: "psycopg.Connection[TupleRow]") -> bool:
        room = self._most - len(self._in_hand)
        if room * REFILL < self._most:
            return False
        in_hand = [f"{channel}:{lane}" for channel, lane in self._in_hand]
        values = {"in_hand": in_hand, "look": room, "lock": self.lock}
        lanes: list[Lane] = [(str(row[0]), str(row[1])) for row in connection.execute(self._find.encode(), values)]
        if not lanes:
            return False
        self._in_hand.update(lanes)
        try:
            without = self.take(connection, lanes)
        except Exception:  # the database went away: these lanes must be found again, here or elsewhere
            self._in_hand.difference_update(lanes)
            raise
        for lane in without:
            self.finish(lane)
        return True

    def _release(self, connection: "psycopg.Connection[TupleRow]", foreign: set[Lane]) -> None:
        """Unlock finished lanes once what they gathered is written; if the connection fails here, nothing is lost."""
        with self._guard:
            finished = list(self._finished)
        self.write(connection)
        if not finished:
            return
        ours = [f"{channel}:{lane}" for channel, lane in finished if (channel, lane) not in foreign]
        if ours:
            connection.execute(UNLOCK, (self.lock, ours))
        foreign.difference_update(finished)
        with self._guard:
            self._in_hand.difference_update(finished)
            del self._finished[: len(finished)]
