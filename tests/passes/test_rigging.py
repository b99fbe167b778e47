"""Attempts to rig a draw: each is refused, and each leaves its trace in the sealed audit chain."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain.draw.announcement import parse_announcement
from domain.draw.beacon import BeaconValue
from domain.draw.listing import Removal
from domain.errors import CitizenMistakeError
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import RoundRuleError, RoundTimes
from services import sealing
from services.draws import files
from services.draws.drawing import verify
from services.passes.application import Application
from tests.draw.made_up import SIGNATURES
from tests.passes.world import DRAW_AT, REGISTERING, STAFF, TIMES, World

pytestmark = pytest.mark.slow  # a whole draw each

EDIT = text("UPDATE pass_round SET waitlist = 9")


@pytest.fixture(autouse=True)
def sealed(world: World) -> Iterator[None]:
    """After every attempt: the chain is whole, and each refusal is a link of it that cannot be taken out unseen."""
    yield
    with world.units() as uow:
        sealing.seal(uow)
    linked = world.sql(
        "SELECT a.id FROM audit_row a JOIN audit_link l ON l.audit_id = a.id WHERE a.action = 'draw.refused'"
    )
    assert len(linked) == len(world.refusals())
    with world.units() as uow:
        checked = sealing.check(uow)
    assert (checked.wrong, checked.unsealed) == (None, 0)
    if linked:
        world.sql("DELETE FROM audit_link WHERE audit_id = :a", a=linked[-1]["id"])
        world.sql("DELETE FROM audit_row WHERE id = :a", a=linked[-1]["id"])
        with world.units() as uow:
            assert sealing.check(uow, [checked.head]).wrong is not None


def test_a_second_draw(world: World) -> None:
    draw_id = world.drawn(5)
    with world.units() as uow:
        first = files.require(uow, draw_id, files.RESULT)
    with pytest.raises(RoundRuleError, match="never a second"):
        world.desk.draw(draw_id, actor=STAFF)
    with world.units() as uow:
        assert files.require(uow, draw_id, files.RESULT) == first
    assert world.refusals() == [("draw", "drawn already: there is never a second draw")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE draw_file SET content = 'mine'",
        "DELETE FROM draw_file WHERE name = 'result.tsv'",
        "TRUNCATE draw_file",
        "UPDATE draw_rank SET no = no + 1",
        "DELETE FROM draw_verifier",
        "UPDATE pass_round SET phase = 'announced'",
        "UPDATE pass_round SET steps = 'L'",
        "UPDATE pass_round SET draw_id = 'TEST/other'",
        "DELETE FROM pass_entry",
        "UPDATE pass_entry SET pool = 'L'",
        "UPDATE pass_entry SET state = 'WITHDRAWN'",
        "UPDATE pass_entry SET commitment = repeat('0', 64)",
    ],
)
def test_a_person_with_a_database_client(world: World, statement: str) -> None:
    world.drawn(5)
    with pytest.raises(IntegrityError):
        world.sql(statement)


def test_a_list_edited_after_the_freeze(world: World) -> None:
    draw_id = world.frozen(4)
    entry = world.sql("SELECT id FROM pass_entry LIMIT 1")[0]["id"]
    for name, edit in {
        "remove": lambda uow: world.entries.remove(uow, entry, Removal.INELIGIBLE, staff=STAFF),
        "pool": lambda uow: world.entries.prove_pool(uow, entry, "L", staff=STAFF),
    }.items():
        with pytest.raises(RoundRuleError, match=r"frozen|before the freeze"):
            world.desk.do(name, draw_id, STAFF, edit)
    with pytest.raises(RoundRuleError, match="frozen: registration is over"):
        later = RoundTimes(TIMES.opens_at, TIMES.closes_at + timedelta(minutes=1), TIMES.draw_at, TIMES.pay_by)
        world.desk.do("move", draw_id, STAFF, lambda uow: world.rounds.move(uow, draw_id, later, staff=STAFF))
    assert [action for action, _ in world.refusals()] == ["remove", "pool", "move"]


def test_a_plate_edited_in_the_database_before_the_freeze(world: World) -> None:
    draw_id = world.round()
    world.apply(draw_id, 1)
    world.sql("UPDATE pass_entry SET plate = 'BBB-0001', compact = 'BBB0001'")
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    with pytest.raises(RoundRuleError, match="not what its applicant committed to"):
        world.desk.freeze(draw_id, actor=STAFF)
    assert [action for action, _ in world.refusals()] == ["freeze"]


def test_an_entry_dropped_from_the_database_before_the_freeze(world: World) -> None:
    draw_id = world.round()
    for i in (1, 2, 3):
        world.apply(draw_id, i)
    world.sql("DELETE FROM pass_entry WHERE log_index = 2")
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    with pytest.raises(RoundRuleError, match="3 entries were made, 2 are there"):
        world.desk.freeze(draw_id, actor=STAFF)
    assert len(world.refusals()) == 1


def test_an_entry_swapped_after_a_nightly_root(world: World) -> None:
    draw_id = world.round()
    for i in (1, 2):
        world.apply(draw_id, i)
    with world.units() as uow:
        world.freezing.close_day(uow, draw_id, REGISTERING.date())
    world.sql("DELETE FROM pass_entry WHERE log_index = 1")
    world.sql("UPDATE pass_round SET logged = 1")
    world.apply(draw_id, 3)  # takes the index of the one that was dropped
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    with pytest.raises(RoundRuleError, match="the log is not the one of"):
        world.desk.freeze(draw_id, actor=STAFF)
    assert [action for action, _ in world.refusals()] == ["freeze"]


def test_a_late_entry(world: World) -> None:
    draw_id = world.round()
    world.apply(draw_id, 1, at=TIMES.closes_at - timedelta(microseconds=1))
    with pytest.raises(CitizenMistakeError) as said:
        world.apply(draw_id, 2, at=TIMES.closes_at)
    assert said.value.text == "這一期的登記已截止，申請內容不再變動。"
    with pytest.raises(CitizenMistakeError):
        world.apply(draw_id, 3, at=TIMES.opens_at - timedelta(seconds=1))
    frozen = world.frozen(1, lot=world.lot("P0200"))
    with pytest.raises(CitizenMistakeError):
        world.apply(frozen, 4)
    friend = Application(frozen, Plate("FRD-0001"), "general", Mobile("0912345678"), "友", world.asked(frozen, DRAW_AT))
    with pytest.raises(CitizenMistakeError):
        world.desk.do("enter", frozen, STAFF, lambda uow: world.entries.apply(uow, friend, actor=STAFF))
    assert world.refusals() == [("enter", "這一期的登記已截止，申請內容不再變動。")]
    with pytest.raises(IntegrityError, match="frozen"):
        world.sql(
            "INSERT INTO pass_entry SELECT gen_random_uuid(), e.round_id, 'LATE', 99, repeat('f', 64), e.salt, 'G',"
            " e.plan, 'ZZZ-9999', 'ZZZ9999', e.holder, e.holder_hash, e.name, NULL, NULL, NULL, 1, 'live',"
            " now(), now(), NULL FROM pass_entry e JOIN pass_round r ON r.id = e.round_id WHERE r.phase = 'frozen'"
        )


def test_places_changed_after_the_announcement(world: World) -> None:
    draw_id = world.frozen(4)
    world.desk.announce(draw_id, actor=STAFF)
    with pytest.raises(RoundRuleError, match="what was announced stays"):
        world.desk.do(
            "places", draw_id, STAFF, lambda uow: world.rounds.set_places(uow, draw_id, "*:3", 1, staff=STAFF)
        )
    with pytest.raises(RoundRuleError, match="this round is announced"):
        world.desk.do("sql", draw_id, STAFF, lambda uow: uow.connection.execute(EDIT))
    assert [action for action, _ in world.refusals()] == ["places", "sql"]


def test_a_second_announcement(world: World) -> None:
    draw_id = world.frozen(2)
    world.desk.announce(draw_id, actor=STAFF)
    with pytest.raises(RoundRuleError, match="announced cannot become announced"):
        world.desk.announce(draw_id, actor=STAFF)
    assert [action for action, _ in world.refusals()] == ["announce"]


class Handing:
    """Randomness from somebody who hands over what he likes; the check of signatures is the real one."""

    def __init__(self, world: World, value: BeaconValue) -> None:
        self.value = value
        self.is_true = world.randomness.is_true

    def fetch(self, number: int) -> BeaconValue:
        return self.value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (BeaconValue(1001, bytes.fromhex(SIGNATURES[1001])), "1000 was announced, not 1001"),
        (BeaconValue(1000, bytes.fromhex(SIGNATURES[1001])), "not drand's"),
        (BeaconValue(1000, bytes(48)), "not drand's"),
    ],
    ids=["another beacon round", "a signature of another", "a forged signature"],
)
def test_another_randomness(world: World, value: BeaconValue, why: str) -> None:
    draw_id = world.frozen(4)
    world.desk.announce(draw_id, actor=STAFF)
    world.set_clock(draw_id, DRAW_AT)
    rigged = World(world.units, Handing(world, value))
    with pytest.raises(RoundRuleError, match=why):
        rigged.desk.draw(draw_id, actor=STAFF)
    assert world.phase(draw_id) == "announced"
    assert len(world.refusals()) == 1


def test_pressing_before_the_time(world: World) -> None:
    draw_id = world.frozen(4)
    world.desk.announce(draw_id, actor=STAFF)
    world.set_clock(draw_id, DRAW_AT - timedelta(seconds=5))
    with pytest.raises(RoundRuleError, match="the draw is at 2023-08-23T23:59:24"):
        world.desk.draw(draw_id, actor=STAFF)
    assert [action for action, _ in world.refusals()] == ["draw"]


def test_a_rehearsal_published(world: World) -> None:
    draw_id = world.drawn(3)
    with pytest.raises(RoundRuleError, match="never published"):
        world.desk.publish(draw_id, actor=STAFF)
    with pytest.raises(IntegrityError, match="never published"):
        world.sql("INSERT INTO draw_publication (draw_id, name) VALUES (:d, 'result.tsv')", d=draw_id)
    with world.units() as uow:
        assert files.published(uow, draw_id, files.ANNOUNCE) is None
    assert world.refusals() == [("publish", "a rehearsal is never published")]


def test_a_shifted_clock_on_a_real_round(world: World) -> None:
    draw_id = world.round(rehearsal=False)
    with pytest.raises(RoundRuleError, match="only a rehearsal"):
        world.desk.do("clock", draw_id, STAFF, lambda uow: world.rounds.set_clock(uow, draw_id, DRAW_AT, staff=STAFF))
    with pytest.raises(IntegrityError, match="only_rehearsals"):
        world.sql("UPDATE pass_round SET clock_shift = interval '1 hour'")
    assert [action for action, _ in world.refusals()] == ["clock"]


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
    with pytest.raises(RoundRuleError, match="not the one the protocol names"):
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


def test_an_announcement_ten_minutes_before_at_the_latest(world: World) -> None:
    draw_id = world.frozen(2)
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=10) + timedelta(seconds=1))
    with pytest.raises(RoundRuleError, match="postponed"):
        world.desk.announce(draw_id, actor=STAFF)
    with world.units() as uow:
        later = world.announcing.postpone(uow, draw_id, actor=STAFF)
    assert later - DRAW_AT == timedelta(days=1), "a Thursday, at the same hour"
    made = world.desk.announce(draw_id, actor=STAFF)
    assert made.draw_at == later
    assert made.beacon_round == 1000 + 24 * 60 * 60 // 3
