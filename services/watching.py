"""Watching bills: asks the cities about plates that somebody wants to be reminded of, and keeps what they list.

Each city has its own line of plates (plate_watch), those with a deadline first, one in four turns for the others, so
that nobody waits for ever. Asking is background work: a citizen who waits for an answer goes first (infra/throttle.py).
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

import structlog
from sqlalchemy import func, select, text, update

from domain.billrules import payables
from domain.bills import CouldNotAsk, Found, SourceAnswer, Why
from domain.bindings import Vehicle
from domain.clock import Clock
from domain.plates import Plate
from domain.vehicles import VehicleKind
from domain.watching import after_failure, next_turn, own_time, quiet_days
from infra import metrics
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.watch import PlateWatch
from services import bill_news, watched_bills

AT_ONCE = 20  # plates taken from a city's line in one go
FOR_OTHERS = 5  # of them, for plates without a deadline
KNOWN_FOR = timedelta(hours=1)  # how long the count of a city's plates is taken for true
ABOUT_THE_PLATE = frozenset({Why.REFUSED, Why.UNKNOWN_SHAPE})  # says nothing of the city: the next plate is asked

log = structlog.get_logger(__name__)
T = TypeVar("T")

_LINE = text("""
SELECT w.plate, w.kind FROM plate_watch w
WHERE w.city = :city AND w.due = :due AND w.ask_at <= :now AND EXISTS (
  SELECT FROM binding b WHERE b.plate = w.plate AND b.kind = w.kind AND b.reminder_slot IS NOT NULL)
ORDER BY w.ask_at LIMIT :limit
""")
_MEASURES = text("""
SELECT count(*) FILTER (WHERE ask_at <= :now) AS waiting,
  coalesce(extract(epoch FROM :now - min(ask_at)), 0) AS late,
  coalesce(extract(epoch FROM :now - min(coalesce(answered_at, made_at))), 0) AS oldest
FROM plate_watch WHERE city = :city
""")


class Asks(Protocol):
    """What is needed of services.lookup.Lookup."""

    async def ask_again(self, plate: Plate, kind: VehicleKind, cities: Sequence[str]) -> tuple[SourceAnswer, ...]:
        """Ask patiently, behind every citizen who waits."""
        ...


class Watching:
    """wiring gives the lookup, the codes of the cities that are asked over the network, and the clock."""

    def __init__(self, lookup: Asks, cities: Sequence[str], clock: Clock) -> None:
        self._lookup = lookup
        self._cities = cities
        self._clock = clock
        self._plates: dict[str, tuple[datetime, int]] = {}  # of each city, as last counted

    async def ask(self, units: UnitOfWorkFactory, seconds: float, stop: Callable[[], bool] = lambda: False) -> int:
        """Ask every city about the plates whose turn it is, for so many seconds; says how many answers came.

        `stop`: asked between two plates. One city's trouble keeps no other from being asked.
        """
        ends = asyncio.get_running_loop().time() + seconds
        one_at_a_time = asyncio.Semaphore()  # one database connection for all cities
        lines = [self._ask_city(units, city, ends, one_at_a_time, stop) for city in self._cities]
        asked = 0
        for city, done in zip(self._cities, await asyncio.gather(*lines, return_exceptions=True), strict=True):
            if isinstance(done, asyncio.CancelledError):
                raise done
            if isinstance(done, BaseException):
                log.error("watch_failed", city=city, exc_info=done)
            else:
                asked += done
        return asked

    async def _ask_city(
        self,
        units: UnitOfWorkFactory,
        city: str,
        ends: float,
        one_at_a_time: asyncio.Semaphore,
        stop: Callable[[], bool],
    ) -> int:
        async def stored(work: Callable[[UnitOfWork], T]) -> T:
            async with one_at_a_time:
                return await asyncio.to_thread(_in_one, units, work)

        asked = 0
        while line := await stored(partial(self._line, city=city)):
            for vehicle in line:
                if stop() or asyncio.get_running_loop().time() >= ends:
                    return asked
                (answer,) = await self._lookup.ask_again(vehicle.plate, vehicle.kind, [city])
                await stored(partial(self.keep, city=city, vehicle=vehicle, answer=answer))
                if isinstance(answer, CouldNotAsk) and answer.why not in ABOUT_THE_PLATE:
                    return asked  # it is left alone until the next run
                asked += 1
        return asked

    def _line(self, uow: UnitOfWork, city: str) -> list[Vehicle]:
        """The next of a city's line, those with a deadline first."""
        values = {"city": city, "now": self._clock.now()}
        due = uow.connection.execute(_LINE, {**values, "due": True, "limit": AT_ONCE}).all()
        room = max(AT_ONCE - len(due), FOR_OTHERS)
        others = uow.connection.execute(_LINE, {**values, "due": False, "limit": room}).all()
        rows = [*due[: AT_ONCE - min(len(others), FOR_OTHERS)], *others]
        return [Vehicle(Plate(row.plate), VehicleKind(row.kind)) for row in rows]

    def keep(self, uow: UnitOfWork, city: str, vehicle: Vehicle, answer: SourceAnswer) -> None:
        """Keep what a city said of a plate, and fix its next turn. Owners checked by staff are told at once."""
        now = self._clock.now()
        of_plate = (
            PlateWatch.city == city,
            PlateWatch.plate == vehicle.plate.canonical,
            PlateWatch.kind == vehicle.kind.value,
        )
        row = uow.connection.execute(select(PlateWatch.owed_at, PlateWatch.failures).where(*of_plate)).first()
        if row is None:  # nobody wants to be reminded of it any more
            return
        if isinstance(answer, CouldNotAsk):
            failures = row.failures + 1
            values: dict[str, Any] = {"failures": failures, "ask_at": after_failure(now, failures)}
        else:
            values = self._answered(uow, city, vehicle, answer, row.owed_at)
        uow.connection.execute(update(PlateWatch).where(*of_plate).values(values))

    def _answered(
        self, uow: UnitOfWork, city: str, vehicle: Vehicle, answer: Found, owed_at: datetime | None
    ) -> dict[str, Any]:
        if watched_bills.put(uow, vehicle, answer):
            bill_news.of_vehicle(uow, vehicle)
        if not answer.nothing_due:
            owed_at = answer.asked_at
        deadlines = [one.deadline for one in payables([answer]) if one.deadline]
        now, own = self._clock.now(), own_time(city, vehicle)
        turn = next_turn(now, deadlines, owed_at, own, self._quiet_days(uow, city))
        times = {"ask_at": turn.at, "answered_at": answer.asked_at, "owed_at": owed_at}
        return {**times, "due": turn.due, "failures": 0}

    def _quiet_days(self, uow: UnitOfWork, city: str) -> int:
        now = self._clock.now()
        counted_at, plates = self._plates.get(city, (None, 0))
        if counted_at is None or now - counted_at > KNOWN_FOR:
            count = select(func.count()).select_from(PlateWatch).where(PlateWatch.city == city)
            plates = uow.connection.execute(count).scalar_one()
            self._plates[city] = now, plates
        return quiet_days(plates)

    def measure(self, units: UnitOfWorkFactory) -> None:
        """Backlog, and age of the oldest answer, of each city into the metrics."""
        for city in self._cities:
            with units() as uow:
                row = uow.connection.execute(_MEASURES, {"city": city, "now": self._clock.now()}).one()
            metrics.WATCH_WAITING.labels(city).set(row.waiting)
            metrics.WATCH_LATE.labels(city).set(max(float(row.late), 0.0))
            metrics.WATCH_OLDEST.labels(city).set(float(row.oldest))


def _in_one(units: UnitOfWorkFactory, work: Callable[[UnitOfWork], T]) -> T:
    with units() as uow:
        return work(uow)
