"""Applying, changing one's mind, and what a receipt is worth."""

from datetime import datetime, timedelta

import pytest

from domain.draw import merkle
from domain.draw.listing import parse_list, parse_removed
from domain.errors import CitizenMistakeError
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import RoundRuleError
from models.passes import PassEntry
from services.draws import files
from services.passes.lots import Sells
from tests.passes.world import CHANNEL, DRAW_AT, REGISTERING, STAFF, TIMES, World


def mistake(world: World, draw_id: str, i: int, **more: object) -> str:
    with pytest.raises(CitizenMistakeError) as said:
        world.apply(draw_id, i, **more)
    return said.value.text


def test_a_receipt_proves_its_owner_and_is_on_the_list(world: World) -> None:
    draw_id = world.round()
    entry, receipt = world.apply(draw_id, 1)
    assert receipt.proves("AAA-0001", "0900000001")
    assert not receipt.proves("AAA-0002", "0900000001")
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    world.desk.freeze(draw_id, actor=STAFF)
    with world.units() as uow:
        listed = parse_list(files.require(uow, draw_id, files.LIST))
        assert [row.commit for row in listed.rows] == [receipt.commit]
        again = world.entries.receipt(uow, entry)
    assert again == receipt


def test_nothing_of_a_person_is_readable_in_the_database(world: World) -> None:
    world.apply(world.round(), 1, landline="02-12345678")
    row = str(world.sql("SELECT * FROM pass_entry")[0])
    for secret in ("0900000001", "王1", "02-12345678"):
        assert secret not in row


def test_one_vehicle_once_and_a_person_as_often_as_the_round_allows(world: World) -> None:
    draw_id = world.round()
    world.sql("UPDATE pass_round SET registration_limit = 2")
    world.apply(draw_id, 1)
    assert "一車一期" in mistake(world, draw_id, 2, plate=Plate("AAA-0001"))
    world.apply(draw_id, 3, holder=Mobile("0900000001"))
    assert "登記上限" in mistake(world, draw_id, 4, holder=Mobile("0900000001"))
    world.apply(draw_id, 4)


def test_a_plate_the_draw_cannot_hold_and_a_lot_that_sells_at_the_counter(world: World) -> None:
    draw_id = world.round()
    assert "現場" in mistake(world, draw_id, 1, plate=Plate("軍C-21110"))
    world.lot("P0300", sells=Sells.COUNTER)
    assert "只在現場" in mistake(world, world.round("P0300"), 1)
    world.lot("P0301", on_shelf=False)
    assert "沒有開放" in mistake(world, world.round("P0301"), 1)
    with world.units() as uow:
        world.rounds.set_shelf(uow, draw_id, on_shelf=False, staff=STAFF)
    assert "沒有開放" in mistake(world, draw_id, 2)
    with pytest.raises(RoundRuleError, match="沒有優惠方案"):
        world.apply(world.round(world.lot("P0302")), 1, plan="free")


def test_withdrawing_and_applying_again_gives_another_receipt(world: World) -> None:
    draw_id = world.round()
    entry, first = world.apply(draw_id, 1)
    with world.units() as uow:
        world.entries.withdraw(uow, entry.id, asked_at=REGISTERING)
        world.entries.withdraw(uow, entry.id, asked_at=REGISTERING)
    _, second = world.apply(draw_id, 1)
    assert first.commit != second.commit
    assert first.entry_no != second.entry_no
    assert len(world.audited("entry.withdrawn")) == 1


def test_a_change_is_a_new_entry_that_keeps_its_preference(world: World) -> None:
    draw_id = world.round()
    entry, first = world.apply(draw_id, 1)
    with world.units() as uow:
        changed, second = world.entries.change(uow, entry.id, asked_at=REGISTERING, plate=Plate("BBB-0001"))
    assert second.proves("BBB-0001", "0900000001")
    assert changed.preference == entry.preference
    with pytest.raises(CitizenMistakeError), world.units() as uow:
        world.entries.change(uow, entry.id, asked_at=REGISTERING, plate=Plate("CCC-0001"))
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    world.desk.freeze(draw_id, actor=STAFF)
    with world.units() as uow:
        _, removed = parse_removed(files.require(uow, draw_id, files.REMOVED))
        listed = parse_list(files.require(uow, draw_id, files.LIST))
    assert [(row.entry_no, str(row.reason)) for row in removed] == [(first.entry_no, "CHANGED")]
    assert [row.entry_no for row in listed.rows] == [second.entry_no]


def test_a_change_that_another_vehicle_forbids_changes_nothing(world: World) -> None:
    draw_id = world.round()
    entry, _ = world.apply(draw_id, 1)
    world.apply(draw_id, 2)
    with pytest.raises(CitizenMistakeError), world.units() as uow:
        world.entries.change(uow, entry.id, asked_at=REGISTERING, plate=Plate("AAA-0002"))
    assert world.sql("SELECT count(*) AS n FROM pass_entry WHERE state = 'live'")[0]["n"] == 2


def test_a_proven_pool_is_committed_to_anew(world: World) -> None:
    draw_id = world.round(steps="L:1,*:1")
    entry, first = world.apply(draw_id, 1, plan="own")
    assert first.pool == "G"
    with world.units() as uow:
        _, second = world.entries.prove_pool(uow, entry.id, "L", staff=STAFF)
    assert second.pool == "L"
    assert second.proves("AAA-0001", "0900000001")


def test_preference_is_the_order_of_application_unless_swapped(world: World) -> None:
    one = world.round(world.lot("P0001"))
    other = world.round(world.lot("P0002"))
    first, _ = world.apply(one, 1)
    second, _ = world.apply(other, 1, at=REGISTERING + timedelta(seconds=1))

    def order() -> list[str]:
        with world.units() as uow:
            return [str(entry.id) for entry in world.entries.of(uow, CHANNEL, f"U{1:032}", None)]

    def prefer(a: PassEntry, b: PassEntry, at: datetime = REGISTERING) -> None:
        with world.units() as uow:
            world.preferences.prefer(uow, a.id, b.id, asked_at=at)

    assert order() == [str(first.id), str(second.id)]
    for _ in range(2):  # a press that comes twice
        prefer(second, first)
        assert order() == [str(second.id), str(first.id)]
    assert len(world.audited("entry.preference")) == 2
    stranger, _ = world.apply(one, 2)
    for refused, why in (((first, stranger), "同一輛車"), ((first, second, world.asked(one, TIMES.closes_at)), "截止")):
        with pytest.raises(CitizenMistakeError) as said:
            prefer(*refused)
        assert why in said.value.text


def test_lots_applied_for_at_one_moment_have_an_order_too(world: World) -> None:
    """As 「比照上月申請」 does."""
    entries = [world.apply(world.round(world.lot(f"P000{i}")), 1)[0] for i in range(3)]
    assert len({entry.preference for entry in entries}) == 3
    assert [entry.preference for entry in entries] == sorted(entry.preference for entry in entries)


def test_what_the_counter_wrote_down_outlives_a_change(world: World) -> None:
    draw_id = world.round()
    entry, _ = world.apply(draw_id, 1, landline="02-12345678")
    with world.units() as uow:
        changed, _ = world.entries.change(uow, entry.id, asked_at=REGISTERING, plan="own")
        proven, _ = world.entries.prove_pool(uow, changed.id, "L", staff=STAFF)
        assert world.entries.landline(proven) == "02-12345678"
        with pytest.raises(RoundRuleError, match="資格別"):
            world.entries.prove_pool(uow, proven.id, "not a pool", staff=STAFF)


def test_a_counter_entry_is_found_by_number_and_plate_together(world: World) -> None:
    draw_id = world.round()
    entry, _ = world.apply(draw_id, 1)
    world.sql("UPDATE pass_entry SET channel = NULL, citizen = NULL")
    with world.units() as uow:
        both = world.entries.by_number_and_plate(uow, Mobile("0900000001"), Plate("AAA-0001"))
        assert [one.id for one in both] == [entry.id]
        assert world.entries.by_number_and_plate(uow, Mobile("0900000002"), Plate("AAA-0001")) == []
        assert world.entries.by_number_and_plate(uow, Mobile("0900000001"), Plate("AAA-0002")) == []
        later = world.entries.of(uow, CHANNEL, "U" + "9" * 32, Mobile("0900000001"))
        assert [one.id for one in later] == [entry.id], "whoever verifies the number later finds it"


def test_nightly_roots_only_grow(world: World) -> None:
    draw_id = world.round()
    commits = []
    for day in range(3):
        for i in range(2):
            commits.append(world.apply(draw_id, 10 * day + i + 1)[1].commit)
        with world.units() as uow:
            root = world.freezing.close_day(uow, draw_id, REGISTERING.date() + timedelta(days=day))
        assert root == merkle.root(commits)
    with world.units() as uow:
        nights = files.nightly_roots(uow, draw_id)
    assert [count for _, count, _ in nights] == [2, 4, 6]
    path = merkle.proof(commits[:4], 1)
    assert merkle.proves(commits[1], 1, 4, path, nights[1][2])
