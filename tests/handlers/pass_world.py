"""Lots and rounds of a chat's test, each of the test's own: the chats share a database."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.clock import Clock
from domain.rounds import RoundTimes
from infra.database import UnitOfWorkFactory
from services.passes.board import PassBoard
from tests.passes.world import World

KEYS = ("k" * 40,)


def pass_services(units: UnitOfWorkFactory, clock: Clock) -> dict[str, Any]:
    """By the names that conversations know them by."""
    world = World(units)
    board = PassBoard(world.rules, world.lots, world.entries, "http://localhost:8000", KEYS, clock, rehearsals=True)
    return {"board": board, "entries": world.entries}


def open_round(world: World, lot: str | None = None, **more: Any) -> tuple[str, str]:
    """A lot of a name nobody else has, with a round that is open now: (draw_id, lot's name)."""
    number = lot or f"L{uuid.uuid4().hex[:10].upper()}"
    now = datetime.now(UTC).replace(microsecond=0)
    day = timedelta(days=1)
    times = RoundTimes(now - day, now + day, now + 2 * day, now + 3 * day)
    return world.round(world.lot(number), rehearsal=False, times=times, **more), f"{number} 地下停車場"
