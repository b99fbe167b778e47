"""Fixtures of the tests of the back office."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.embedded import StoreUrls
from tests.staff.office import Office


@pytest.fixture
def office(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Office]:
    """An office where nobody works yet."""
    made = Office(StoreUrls(database_url, redis_url), tmp_path)
    yield made
    made.house.engine.dispose()
