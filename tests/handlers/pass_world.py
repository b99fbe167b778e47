"""Lots and rounds of a chat's test, each of the test's own: the chats share a database."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.clock import Clock
from domain.errors import OutsideError
from domain.plates import Plate
from domain.rounds import RoundTimes
from infra.database import UnitOfWorkFactory
from services.citizens import Citizens
from services.draws.proofs import Proofs
from services.links import Links
from services.passes.board import PassBoard
from services.passes.favourites import Favourites
from services.passes.paying import PassPaying
from services.passes.qualifying import Qualifying
from tests.flow import Flow
from tests.handlers.registered import bind
from tests.passes.paying import Posted
from tests.passes.world import DRAW_AT, STAFF, World

KEYS = ("k" * 40,)
PICTURE = b"\x89PNG"


def pass_services(units: UnitOfWorkFactory, clock: Clock) -> dict[str, Any]:
    """By the names that conversations know them by."""
    world = World(units)
    board = PassBoard(world.rules, world.lots, world.entries, "http://localhost:8000", KEYS, clock, rehearsals=True)
    paying = PassPaying(world.rules, Citizens(), Links("http://localhost:8000", KEYS, clock))
    return {
        "pass_paying": paying,
        "board": board,
        "entries": world.entries,
        "favourites": Favourites(),
        "preferences": world.preferences,
        "proofs": Proofs(world.entries),
        "qualifying": qualifying(world, board, clock),
    }


class Photos:
    """What LINE would give out, by message id; anything else is a small picture."""

    def __init__(self) -> None:
        self.given: dict[str, bytes | OutsideError] = {}

    def fetch(self, message_id: str) -> bytes:
        answer = self.given.get(message_id, PICTURE)
        if isinstance(answer, OutsideError):
            raise answer
        return answer


def qualifying(world: World, board: PassBoard, clock: Clock, posted: Posted | None = None) -> Qualifying:
    """資格審查 with photos that are always there."""
    given = (world.rules, world.entries, board, world.cipher, Photos(), posted or Posted(), clock)
    return Qualifying(*given, world.defer)


def fresh_world(units: UnitOfWorkFactory) -> World:
    """The lots of the chats' database; rounds of other tests are closed, so that a card shows this one's."""
    made = World(units)
    made.sql("UPDATE pass_round SET on_shelf = false")
    return made


def open_round(
    world: World, lot: str | None = None, about: Mapping[str, Any] | None = None, **more: Any
) -> tuple[str, str]:
    """A lot of a name nobody else has, with a round that is open now: (draw_id, lot's name). `about`: the lot's own."""
    number = lot or f"L{uuid.uuid4().hex[:10].upper()}"
    now = datetime.now(UTC).replace(microsecond=0)
    day = timedelta(days=1)
    times = RoundTimes(now - day, now + day, now + 2 * day, now + 3 * day)
    return world.round(world.lot(number, **(about or {})), rehearsal=False, times=times, **more), f"{number} 地下停車場"


def applied(flow: Flow, world: World, plate: str) -> str:
    """Apply for the only open lot with a bound vehicle; the draw_id."""
    draw_id, name = open_round(world)
    bind(flow, plate)
    flow.say("月票申請")
    flow.press(name)
    flow.press(plate)
    flow.press("確認申請")
    return draw_id


def drawn(owner: Flow, world: World, plate: str, people: int, steps: str, *, lot: str = "") -> str:
    """A rehearsal the owner has applied for, drawn."""
    draw_id = world.round(world.lot(lot or f"R{plate}"[:16]), steps=steps)
    with world.units() as uow:
        account = owner.services["accounts"].require(uow, owner.channel, owner.citizen)
    for i in range(people):
        mine = {"holder": account.mobile, "plate": Plate(plate)} if i == 0 else {}
        world.apply(draw_id, 1000 + i, **mine)
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    world.desk.freeze(draw_id, actor=STAFF)
    world.desk.announce(draw_id, actor=STAFF)
    world.set_clock(draw_id, DRAW_AT)
    world.desk.draw(draw_id, actor=STAFF)
    return draw_id
