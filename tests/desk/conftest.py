"""A service desk on an empty database, and a citizen who writes to it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from infra.database import UnitOfWorkFactory
from services.citizens import Citizens
from services.desk.threads import Case, Said
from services.lookup_quota import Quota
from tests.accounts import account_services
from tests.clock import MovableClock
from tests.desk.services import PhotosInHand, desk_services
from tests.vehicles import vehicle_services

CHANNEL, CITIZEN, OTHER = "U" + "0" * 32, "U" + "1" * 32, "U" + "2" * 32


@dataclass
class Desk:
    """The services by name, on one database."""

    units: UnitOfWorkFactory
    given: Mapping[str, Any]

    @property
    def source(self) -> PhotosInHand:
        source: PhotosInHand = self.given["photos_in_hand"]
        return source

    def write(self, words: str = "您好", citizen: str = CITIZEN, **said: Any) -> Case:
        """A citizen writes; `said`: photo, message_id."""
        with self.units() as uow:
            case: Case = self.given["threads"].write(uow, CHANNEL, citizen, Said(words, **said))
            return case

    def do(self, service: str, deed: str, *values: Any, **named: Any) -> Any:
        """One deed of a service, in a transaction of its own."""
        with self.units() as uow:
            return getattr(self.given[service], deed)(uow, *values, **named)

    def sql(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """A statement; its rows, if it has any."""
        with self.units() as uow:
            result = uow.connection.execute(text(query), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def messages(self) -> list[uuid.UUID]:
        return [row[0] for row in self.sql("SELECT id FROM thread_message ORDER BY seq")]

    def fetch(self) -> None:
        """Run the jobs of all photos that wait."""
        for row in self.sql("SELECT id FROM thread_message WHERE photo = 'waiting'"):
            self.given["thread_photos"].fetch(self.units, row[0])

    def told(self) -> list[str]:
        """Keys of the notices that were posted."""
        return [row[0] for row in self.sql("SELECT notice FROM notice ORDER BY made_at, notice")]

    def forget(self) -> int:
        """Run every sweep once; how much was forgotten."""
        return sum(self._sweep(sweep) for sweep in self.given["thread_forgetting"].sweeps)

    def _sweep(self, sweep: Callable[[Any], int]) -> int:
        with self.units() as uow:
            return sweep(uow)


@pytest.fixture
def desk(uow: UnitOfWorkFactory, clock: MovableClock) -> Desk:
    citizens = Citizens()
    given: dict[str, Any] = {"citizens": citizens, **account_services(uow, citizens)}
    given |= vehicle_services(given["accounts"], Quota(6), citizens, clock)
    given |= desk_services(given, clock)
    return Desk(uow, given)
