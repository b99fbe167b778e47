"""Fixtures of the tests of passes."""

import pytest

from infra.database import UnitOfWorkFactory
from tests.passes.world import World


@pytest.fixture
def world(uow: UnitOfWorkFactory) -> World:
    """A city without lots yet."""
    return World(uow)
