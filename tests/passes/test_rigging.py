"""Attempts to rig a draw: each is refused, and each leaves its trace in the sealed audit chain."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain.draw.beacon import BeaconValue
from domain.draw.listing import Removal
from domain.errors import CitizenMistakeError
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import RoundRuleError, RoundTimes
from services.draws import files
from services.passes.application import Application
from tests.draw.made_up import SIGNATURES
from tests.passes.world import DRAW_AT, REGISTERING, STAFF, TIMES, World

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sealed")]  # a whole draw each

EDIT = text("UPDATE pass_round SET waitlist = 9")


def test_a_second_draw(world: World) -> None:
    draw_id = world.drawn(5)
    with world.units() as uow:
        first = files.require(uow, draw_id, files.RESULT)
    with pytest.raises(RoundRuleError, match="只能抽籤一次"):
        world.desk.draw(draw_id, actor=STAFF)
    with world.units() as uow:
        assert files.require(uow, draw_id, files.RESULT) == first
    assert world.refusals() == [("draw", "已經抽籤，每期只能抽籤一次")]


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
        with pytest.raises(RoundRuleError, match="截止"):
            world.desk.do(name, draw_id, STAFF, edit)
    with pytest.raises(RoundRuleError, match="登記時間不能再更改"):
        later = RoundTimes(TIMES.opens_at, TIMES.closes_at + timedelta(minutes=1), TIMES.draw_at, TIMES.pay_by)
        world.desk.do("move", draw_id, STAFF, lambda uow: world.rounds.move(uow, draw_id, later, staff=STAFF))
    assert [action for action, _ in world.refusals()] == ["remove", "pool", "move"]


def test_a_plate_edited_in_the_database_before_the_freeze(world: World) -> None:
    draw_id = world.round()
    world.apply(draw_id, 1)
    world.sql("UPDATE pass_entry SET plate = 'BBB-0001', compact = 'BBB0001'")
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    with pytest.raises(RoundRuleError, match="與申請人收據上的承諾值不同"):
        world.desk.freeze(draw_id, actor=STAFF)
    assert [action for action, _ in world.refusals()] == ["freeze"]


def test_an_entry_dropped_from_the_database_before_the_freeze(world: World) -> None:
    draw_id = world.round()
    for i in (1, 2, 3):
        world.apply(draw_id, i)
    world.sql("DELETE FROM pass_entry WHERE log_index = 2")
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    with pytest.raises(RoundRuleError, match="登記過 3 件申請，現有 2 件"):
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
    with pytest.raises(RoundRuleError, match="登記紀錄與"):
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
    with pytest.raises(RoundRuleError, match="公告的內容不能再更改"):
        world.desk.do(
            "places", draw_id, STAFF, lambda uow: world.rounds.set_places(uow, draw_id, "*:3", 1, staff=STAFF)
        )
    with pytest.raises(RoundRuleError, match="this round is announced"):
        world.desk.do("sql", draw_id, STAFF, lambda uow: uow.connection.execute(EDIT))
    assert [action for action, _ in world.refusals()] == ["places", "sql"]


def test_a_second_announcement(world: World) -> None:
    draw_id = world.frozen(2)
    world.desk.announce(draw_id, actor=STAFF)
    with pytest.raises(RoundRuleError, match="不能改為「已公告清單」"):
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
        (BeaconValue(1000, bytes.fromhex(SIGNATURES[1001])), "不是 drand 的"),
        (BeaconValue(1000, bytes(48)), "不是 drand 的"),
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
    with pytest.raises(RoundRuleError, match="抽籤時間是 2023-08-23 23:59:24"):
        world.desk.draw(draw_id, actor=STAFF)
    assert [action for action, _ in world.refusals()] == ["draw"]


def test_a_rehearsal_published(world: World) -> None:
    draw_id = world.drawn(3)
    with pytest.raises(RoundRuleError, match="演練不會公開"):
        world.desk.publish(draw_id, actor=STAFF)
    with pytest.raises(IntegrityError, match="never published"):
        world.sql("INSERT INTO draw_publication (draw_id, name) VALUES (:d, 'result.tsv')", d=draw_id)
    with world.units() as uow:
        assert files.published(uow, draw_id, files.ANNOUNCE) is None
    assert world.refusals() == [("publish", "演練不會公開")]


def test_a_shifted_clock_on_a_real_round(world: World) -> None:
    draw_id = world.round(rehearsal=False)
    with pytest.raises(RoundRuleError, match="只有演練"):
        world.desk.do("clock", draw_id, STAFF, lambda uow: world.rounds.set_clock(uow, draw_id, DRAW_AT, staff=STAFF))
    with pytest.raises(IntegrityError, match="only_rehearsals"):
        world.sql("UPDATE pass_round SET clock_shift = interval '1 hour'")
    assert [action for action, _ in world.refusals()] == ["clock"]


def test_an_announcement_ten_minutes_before_at_the_latest(world: World) -> None:
    draw_id = world.frozen(2)
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=10) + timedelta(seconds=1))
    with pytest.raises(RoundRuleError, match="延到下一個上班日"):
        world.desk.announce(draw_id, actor=STAFF)
    with world.units() as uow:
        later = world.announcing.postpone(uow, draw_id, actor=STAFF)
    assert later - DRAW_AT == timedelta(days=1), "a Thursday, at the same hour"
    made = world.desk.announce(draw_id, actor=STAFF)
    assert made.draw_at == later
    assert made.beacon_round == 1000 + 24 * 60 * 60 // 3
