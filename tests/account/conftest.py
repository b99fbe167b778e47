"""Accounts on a fresh database for each test."""

import pytest
from sqlalchemy import Engine

from infra.database import UnitOfWork, UnitOfWorkFactory


@pytest.fixture
def units(engine: Engine) -> UnitOfWorkFactory:
    """Opens units of work on the test's database."""
    return lambda: UnitOfWork(engine)
