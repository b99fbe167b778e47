"""Attempts to rig what came out, a result, a promotion, a place by hand: each is refused, and leaves its trace."""

from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from domain.draw.announcement import parse_announcement
from domain.rounds import RoundRuleError
from services.draws import files
from services.draws.drawing import verify
from tests.passes.world import STAFF, TIMES, World

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sealed")]  # a whole draw each


def test_a_swapped_result(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gets past every guard of the database still meets the verifier that was announced."""
    draw_id = world.real_draw(4, monkeypatch)
    world.sql("ALTER TABLE draw_file DISABLE TRIGGER never_changed")
    result = world.sql("SELECT content FROM draw_file WHERE name = 'result.tsv'")[0]["content"]
    lines = bytes(result).splitlines(keepends=True)
    lines[8], lines[9] = lines[9], lines[8]
    world.sql("UPDATE draw_file SET content = :c WHERE name = 'result.tsv'", c=b"".join(lines))
    with pytest.raises(RoundRuleError, match="byte-identical"):
        world.desk.publish(draw_id, actor=STAFF)
    with world.units() as uow:
        assert files.published(uow, draw_id, files.RESULT) is None
    assert [action for action, _ in world.refusals()] == ["publish"]


def test_a_true_result_is_published_as_it_was_drawn(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    draw_id = world.real_draw(4, monkeypatch)
    world.desk.publish(draw_id, actor=STAFF)
    with world.units() as uow:
        assert "VALID" in verify(uow, draw_id)
        public = files.public_names(uow)
        announced = parse_announcement(files.require(uow, draw_id, files.ANNOUNCE))
        assert files.verifier(uow, announced.verifier_sha256)
    assert public == {draw_id: ["announce.txt", "list.tsv", "removed.tsv", "result.tsv"]}
    assert world.refusals() == []


def test_a_hand_picked_promotion(world: World) -> None:
    draw_id = world.drawn(6)
    world.sql(
        "INSERT INTO promotion (round_id, vacated, reason, promoted) SELECT id, 'W1', 'UNPAID', 3 FROM pass_round"
    )
    world.set_clock(draw_id, TIMES.pay_by)
    with pytest.raises(RoundRuleError, match="與規則算出的不同"):
        world.desk.promote(draw_id, actor=STAFF)
    assert [action for action, _ in world.refusals()] == ["promote"]


def test_a_place_given_by_hand(world: World) -> None:
    """A place is its winner's, or whose promotion the log holds: the database knows no other way."""
    world.drawn(6)
    world.sql("UPDATE pass_seat SET state = 'vacant', entry_id = NULL, pay_by = NULL WHERE no = 1")
    friend = "SELECT entry_id FROM draw_rank WHERE status = 'B' AND no = 4"
    with pytest.raises(IntegrityError, match="neither won"):
        world.sql(f"UPDATE pass_seat SET state = 'paid', entry_id = ({friend}) WHERE no = 1")  # noqa: S608
    with pytest.raises(IntegrityError, match="no more places than were announced"):
        world.sql(f"INSERT INTO pass_seat SELECT round_id, 99, '*', 'paid', ({friend}) FROM pass_seat WHERE no = 1")  # noqa: S608
    with pytest.raises(IntegrityError, match="never"):
        world.sql("DELETE FROM pass_seat")
