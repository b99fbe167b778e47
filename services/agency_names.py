"""What agencies are called: those of config/cities.toml as it says, every other one as staff have added it."""

import threading
import time
from collections.abc import Iterator, Mapping

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from domain.cities import Cities, City
from infra.database import UnitOfWorkFactory
from models.agency import Agency

SEEN_FOR = 30.0  # seconds: an agency that was added goes by its code so long at most

log = structlog.get_logger(__name__)


class NamedCities(Mapping[str, City]):
    """Cities by code. Iterating gives those of the file, which alone are asked and listed."""

    def __init__(self, of_file: Cities, unit: UnitOfWorkFactory) -> None:
        self._of_file = of_file
        self._unit = unit
        self._added: Cities = {}
        self._until = 0.0
        self._reading = threading.Lock()

    def __getitem__(self, code: str) -> City:
        return self._of_file[code] if code in self._of_file else self._agencies()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of_file)

    def __len__(self) -> int:
        return len(self._of_file)

    def names(self) -> Mapping[str, str]:
        """The Chinese name of each, of those that staff have added too."""
        return {code: city.zh for code, city in {**self._agencies(), **self._of_file}.items()}

    def _agencies(self) -> Cities:
        """At most SEEN_FOR old. A database that does not answer leaves what is known: no name is worth a bill."""
        with self._reading:
            if time.monotonic() >= self._until:
                try:
                    with self._unit() as uow:
                        rows = uow.session.execute(select(Agency.code, Agency.name)).all()
                    self._added = {
                        code: City(code, name, name, name, of_the_22=False, own_name=True) for code, name in rows
                    }
                except SQLAlchemyError as error:
                    log.warning("agency_names_not_read", error=type(error).__name__)
                self._until = time.monotonic() + SEEN_FOR
            return self._added
