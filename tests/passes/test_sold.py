"""換牌／換車 and 退票 of passes paid online: two persons, the money, the next in line, one pass a vehicle."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.clock import city_date
from domain.passreturns import ReturnRules
from domain.plates import Plate
from domain.rounds import RoundRuleError
from domain.staff import StaffRuleError
from infra.clock import SystemClock
from services.passes.board import PassBoard
from services.passes.sold import SoldPasses
from tests.passes.paying import KEYS, PayWorld
from tests.passes.world import DRAW_AT

ANNA, BEN = "staff:anna", "staff:ben"


class Desk:
    """A round of one place and two applicants; the winner has paid online."""

    def __init__(self, world: PayWorld) -> None:
        self.world = world
        self.draw_id = world.drawn(2, steps="*:1")
        self.entry = world.holder(self.draw_id, 1)
        world.paid(self.entry)
        self.sold = self.by(world.rules.returns)

    def by(self, rules: ReturnRules) -> SoldPasses:
        world = self.world
        board = PassBoard(world.rules, world.lots, world.entries, "http://localhost:8000", KEYS, SystemClock())
        return SoldPasses(world.units, replace(world.rules, returns=rules), world.places, board, world.posted)

    def ask_return(self) -> None:
        with self.world.units() as uow:
            self.sold.ask_return(uow, self.entry, reason="搬家", actor=ANNA)

    def ask_plate(self, plate: str) -> None:
        with self.world.units() as uow:
            self.sold.ask_plate(uow, self.entry, Plate(plate), reason="換車", actor=ANNA)

    def decide(self, *, approve: bool = True, actor: str = BEN) -> object:
        with self.world.units() as uow:
            (asked,) = self.sold.waiting(uow, None)
        return self.sold.decide(asked, approve=approve, actor=actor)

    def refunds(self) -> list[dict[str, object]]:
        return self.world.sql("SELECT amount, asked_by, decided_by, decision FROM refund_request")


@pytest.fixture
def desk(payers: PayWorld) -> Desk:
    return Desk(payers)


def test_before_the_first_day_all_goes_back_and_both_are_named(desk: Desk) -> None:
    desk.ask_return()
    desk.decide()
    assert desk.refunds() == [{"amount": 5760, "asked_by": ANNA, "decided_by": BEN, "decision": "approved"}]
    assert desk.world.state(desk.entry) is None
    desk.world.desk.promote(desk.draw_id, actor=ANNA)
    log = desk.world.sql("SELECT vacated, reason, promoted FROM promotion")
    assert log == [{"vacated": "W1", "reason": "REFUNDED", "promoted": 1}]


def test_in_the_month_of_use_a_part_goes_back(desk: Desk) -> None:
    desk.world.set_clock(desk.draw_id, DRAW_AT + timedelta(days=19))
    with desk.world.units() as uow:
        sold = desk.sold.of(uow, desk.entry)
        assert sold is not None
        day = city_date(DRAW_AT + timedelta(days=19))
    assert sold.back == 5760 * (sold.ends_on - day).days // 30
    desk.ask_return()
    desk.decide()
    assert [one["amount"] for one in desk.refunds()] == [sold.back]


def test_nothing_to_give_back_is_no_refund(desk: Desk) -> None:
    desk.sold = desk.by(ReturnRules(before_first_day=0, each_day_left=False, fee=0))
    desk.ask_return()
    desk.decide()
    assert desk.refunds() == []
    assert desk.world.state(desk.entry) is None


def test_one_person_alone_takes_nothing_back(desk: Desk) -> None:
    desk.ask_return()
    with pytest.raises(StaffRuleError, match="不能核准自己"):
        desk.decide(actor=ANNA)
    assert (desk.world.state(desk.entry), desk.refunds()) == ("paid", [])
    desk.decide(approve=False)
    assert desk.world.state(desk.entry) == "paid"


def test_a_new_plate_is_told_and_shown(desk: Desk) -> None:
    desk.ask_plate("NEW-0001")
    desk.decide()
    (told,) = desk.world.posted.told("pass_plate_changed")
    assert told["standing"].plate == "NEW-0001"
    with desk.world.units() as uow:
        found = desk.world.entries.search(uow, None, Plate("NEW-0001"))
        assert [entry.id for entry in found] == [desk.entry]
        assert found[0].plate != "NEW-0001", "what was drawn stays"


def test_one_pass_a_vehicle_holds_for_the_plate_of_now(desk: Desk) -> None:
    world = desk.world
    desk.ask_plate("NEW-0001")
    desk.decide()
    other_draw = world.round(world.lot("P0900"), steps="*:2")
    entries = [
        world.apply(other_draw, 50 + i, plate=Plate(plate))[0].id for i, plate in enumerate(_plates(world, desk))
    ]
    world.set_clock(other_draw, DRAW_AT - timedelta(minutes=30))
    world.desk.freeze(other_draw, actor=ANNA)
    world.desk.announce(other_draw, actor=ANNA)
    world.set_clock(other_draw, DRAW_AT)
    world.desk.draw(other_draw, actor=ANNA)
    assert [world.link(entry) is None for entry in entries] == [True, False], "the new plate has one, the old has none"
    with pytest.raises(RoundRuleError, match="已有月票"):
        desk.ask_plate("NEW-0001")


def _plates(world: PayWorld, desk: Desk) -> tuple[str, str]:
    old = world.sql("SELECT plate FROM pass_entry WHERE id = :e", e=desk.entry)[0]["plate"]
    return "NEW-0001", str(old)


def test_what_is_not_paid_for_is_no_pass(desk: Desk) -> None:
    with desk.world.units() as uow:
        assert desk.sold.of(uow, uuid.uuid4()) is None
    desk.ask_return()
    desk.decide()
    with pytest.raises(RoundRuleError, match="沒有已繳費"):
        desk.ask_plate("NEW-0002")
