"""Keeps what a lookup promised: asks the cities that were too slow again, then tells the citizen."""

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from domain.bills import CouldNotAsk, SourceAnswer
from domain.clock import Clock
from domain.plates import parse_plate
from domain.ports.notices import Notices
from domain.vehicles import VehicleKind
from infra.database import UnitOfWorkFactory
from models.lookup import LookupPromise
from services.lookup import Lookup

GIVE_UP_AFTER = timedelta(minutes=10)
NOTICE = "promised_bills"


class NotKnownYetError(Exception):
    """Some city still has no answer: the task is to be tried again."""


class Promises:
    """Run by the task lookups.keep_promise, once and again."""

    def __init__(self, lookup: Lookup, units: UnitOfWorkFactory, notices: Notices, clock: Clock) -> None:
        self._lookup = lookup
        self._units = units
        self._notices = notices
        self._clock = clock

    async def keep(self, promise_id: UUID) -> None:
        """Ask once more, and tell when all cities are known or the time is over. Raises NotKnownYetError.

        A promise is told once: its row ends in the transaction that posts the notice.
        """
        row = await asyncio.to_thread(self._read, promise_id)
        if row is None:
            return
        answers = await self._lookup.ask_again(parse_plate(row.plate), VehicleKind(row.kind), row.cities)
        time_left = self._clock.now() - row.promised_at < GIVE_UP_AFTER
        if time_left and any(isinstance(answer, CouldNotAsk) for answer in answers):
            raise NotKnownYetError
        await asyncio.to_thread(self._tell, promise_id, answers)

    def _read(self, promise_id: UUID) -> LookupPromise | None:
        with self._units() as uow:
            return uow.session.get(LookupPromise, promise_id)

    def _tell(self, promise_id: UUID, answers: tuple[SourceAnswer, ...]) -> None:
        with self._units() as uow:
            row = uow.session.scalar(
                select(LookupPromise).where(LookupPromise.id == promise_id).with_for_update(skip_locked=True)
            )
            if row is None:  # told meanwhile
                return
            view = self._lookup.combine(uow, parse_plate(row.plate), VehicleKind(row.kind), answers, cities_only=True)
            self._notices.post(
                uow,
                NOTICE,
                channel=row.channel,
                citizen=row.citizen,
                dedupe_key=f"promise:{row.id}",
                data={"view": view},
            )
            uow.session.delete(row)
