"""Everybody who applied in the chat is told once: the hash before the draw, the result, an offer."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from domain.passview import EntryStanding
from domain.ports.notices import Letter
from infra.clock import SystemClock
from services.citizens import Citizens
from services.draws import files, telling
from services.draws.telling import TELL, Telling, What
from services.links import Links
from services.passes.board import PassBoard
from services.passes.paying import PassPaying
from tests.passes.world import DRAW_AT, STAFF, TIMES, World

pytestmark = pytest.mark.slow  # a whole draw each


class Posted:
    """Notices as they were handed over; a key that was there before does nothing, as the outbox has it."""

    def __init__(self) -> None:
        self.by_key: dict[str, tuple[str, str, dict[str, Any]]] = {}

    def post_each(self, uow: Any, notice: str, letters: Sequence[Letter]) -> None:
        for letter in letters:
            self.by_key.setdefault(letter.dedupe_key, (notice, letter.citizen, dict(letter.data)))

    def of(self, what: What) -> list[EntryStanding]:
        return [data["standing"] for key, (_, _, data) in self.by_key.items() if key.startswith(f"pass:{what}:")]


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def told(world: World, posted: Posted) -> Telling:
    board = PassBoard(world.rules, world.lots, world.entries, "http://localhost:8000", ("k" * 40,), SystemClock())
    paying = PassPaying(world.rules, Citizens(), Links("http://localhost:8000", ("k" * 40,), SystemClock()))
    return Telling(board, paying, posted, SystemClock())


def test_each_phase_queues_its_telling(world: World) -> None:
    draw_id = world.drawn(5)
    world.set_clock(draw_id, TIMES.pay_by)
    world.desk.promote(draw_id, actor=STAFF)
    assert world.deferred == [(TELL, draw_id, what) for what in ("announced", "result", "offer")]


def test_a_real_result_is_told_when_it_is_published(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_id = world.real_draw(2, monkeypatch)
    assert [job for job in world.deferred if job[0] == TELL] == [(TELL, draw_id, "announced")]
    world.desk.publish(draw_id, actor=STAFF)
    assert world.deferred[-1] == (TELL, draw_id, "result")


def test_the_hash_goes_to_every_live_entry(world: World, told: Telling, posted: Posted) -> None:
    draw_id = world.round()
    entries = [world.apply(draw_id, i)[0] for i in (1, 2, 3)]
    with world.units() as uow:
        world.entries.withdraw(uow, entries[0].id, asked_at=DRAW_AT - timedelta(days=5))
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    world.desk.freeze(draw_id, actor=STAFF)
    made = world.desk.announce(draw_id, actor=STAFF)
    assert told.tell(world.units, draw_id, What.ANNOUNCED) == 2
    assert {data["announce_sha256"] for _, _, data in posted.by_key.values()} == {made.sha256}
    with world.units() as uow:
        assert files.sha256_of(files.require(uow, draw_id, files.ANNOUNCE)) == made.sha256


def test_results_are_told_batch_by_batch_and_once(
    world: World, told: Telling, posted: Posted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "BATCH", 2)
    draw_id = world.drawn(5)
    assert told.tell(world.units, draw_id, What.RESULT) == 5
    assert told.tell(world.units, draw_id, What.RESULT) == 5
    assert len(posted.by_key) == 5
    assert sorted(f"{one.status}{one.no}" for one in posted.of(What.RESULT)) == ["B1", "B2", "B3", "W1", "W2"]
    paid_here = {data["standing"].status: bool(data["pay_url"]) for _, _, data in posted.by_key.values()}
    assert paid_here == {"W": True, "B": False}


def test_an_offer_is_told_to_whom_it_is_made(world: World, told: Telling, posted: Posted) -> None:
    draw_id = world.drawn(5)
    world.set_clock(draw_id, TIMES.pay_by)
    world.desk.promote(draw_id, actor=STAFF, up_to=1)
    told.tell(world.units, draw_id, What.OFFER)
    world.desk.promote(draw_id, actor=STAFF, up_to=2)
    told.tell(world.units, draw_id, What.OFFER)
    assert [(one.no, one.seat) for one in posted.of(What.OFFER)] == [(1, "offered"), (2, "offered")]


def test_a_counter_entry_has_nobody_to_tell(world: World, told: Telling, posted: Posted) -> None:
    draw_id = world.drawn(2)
    world.sql("UPDATE pass_entry SET channel = NULL, citizen = NULL")
    assert told.tell(world.units, draw_id, What.RESULT) == 0
    assert posted.by_key == {}
