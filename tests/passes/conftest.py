"""Fixtures of the tests of passes."""

import pytest

from infra.database import UnitOfWorkFactory
from tests.passes.paying import PayWorld
from tests.passes.world import World


@pytest.fixture
def world(uow: UnitOfWorkFactory) -> World:
    """A city without lots yet."""
    return World(uow)


@pytest.fixture
def payers(uow: UnitOfWorkFactory) -> PayWorld:
    """The same where winners can pay."""
    return PayWorld(uow)
