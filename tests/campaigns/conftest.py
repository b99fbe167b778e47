"""Fixtures of the tests of what is told to many."""

from datetime import UTC, datetime

import pytest

from infra.database import UnitOfWorkFactory
from tests.campaigns.town import Town
from tests.clock import MovableClock

NIGHT = datetime(2026, 7, 15, 18, 30, tzinfo=UTC)  # 02:30 in Taiwan


@pytest.fixture
def town(uow: UnitOfWorkFactory, clock: MovableClock) -> Town:
    """A town without people yet; it is night."""
    clock.set(NIGHT)
    return Town(uow, clock)
