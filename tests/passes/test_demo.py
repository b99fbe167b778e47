"""The made-up city's passes: something to apply for, and a drawn rehearsal that anyone can check."""

from datetime import UTC, datetime

from services.draws.drawing import verify
from services.passes.demo import LOTS, PAST_ENTRIES, fill
from tests.passes.world import World


def test_the_made_up_city_has_open_rounds_and_a_past_rehearsal(world: World) -> None:
    draw_id = fill(world.units, world.lots, world.rounds, world.entries, world.desk, datetime.now(UTC))
    assert world.phase(draw_id) == "drawn"
    with world.units() as uow:
        assert "VALID" in verify(uow, draw_id)
        open_rounds = [row for row in world.rounds.all(uow) if row.phase == "open"]
    assert [row.lot for row in open_rounds] == [lot.number for lot in LOTS]
    ranked = world.sql("SELECT status, count(*) AS n FROM draw_rank GROUP BY status ORDER BY status")
    assert {row["status"]: row["n"] for row in ranked} == {"W": 10, "B": 15, "X": PAST_ENTRIES - 25}
    world.apply(open_rounds[0].draw_id, 1, at=datetime.now(UTC))
