"""Fixtures of the tests of the back office."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.staff import Role
from infra.embedded import StoreUrls
from tests.database import OwnDatabase
from tests.staff import rehearsal
from tests.staff.office import Office, Person


@pytest.fixture
def office(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Office]:
    """An office where nobody works yet."""
    made = Office(StoreUrls(database_url, redis_url), tmp_path)
    yield made
    made.house.engine.dispose()


@pytest.fixture(scope="module")
def lasting_office(
    _own_database: OwnDatabase, _redis_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """One for all tests of a module, which names it `office`."""
    made = Office(StoreUrls(_own_database.url(), _redis_database), tmp_path_factory.mktemp("var"))
    yield made
    made.house.engine.dispose()
    _own_database.empty()


@pytest.fixture
def draw_id(office: Office) -> str:
    """A rehearsal that is still open."""
    return rehearsal.planned(office)


@pytest.fixture
def chen(office: Office) -> Person:
    """Somebody of the head office, logged in."""
    person = office.person("chen", Role.HEAD)
    person.log_in()
    return person


@pytest.fixture
def lin(office: Office) -> Person:
    """Another."""
    person = office.person("lin", Role.HEAD)
    person.log_in()
    return person
