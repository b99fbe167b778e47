"""Citizens with vehicles, an agency's ledger, and a clock: who is told what."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from infra.database import UnitOfWorkFactory
from tests.accounts import deliver
from tests.clock import MovableClock
from tests.flow import Flow
from tests.handlers.conftest import (
    chat_engine,
    chat_units,
    cities_in_hand,
    flow,
    make_flow,
    make_owner,
    owner,
    plate,
    sent_photos,
)
from tests.notices.reminding import Reminding

__all__ = [
    "chat_engine",
    "chat_units",
    "cities_in_hand",
    "flow",
    "make_flow",
    "make_owner",
    "owner",
    "plate",
    "sent_photos",
]


@pytest.fixture
def reminding(
    make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory, chat_engine: Engine, clock: MovableClock
) -> Iterator[Reminding]:
    """The job of reminders over the services that the chats speak to. No SMS is left for another test's gateway."""
    services = make_flow().services
    yield Reminding(chat_units, chat_engine, clock, services)
    deliver(chat_units, services)
