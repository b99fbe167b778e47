"""優先購買: sold at the counter before the draw, each place once; what is left over joins the draw."""

from datetime import datetime, timedelta

import pytest

from domain.clock import TAIPEI
from domain.draw.announcement import parse_announcement
from domain.draw.listing import parse_removed
from domain.errors import CitizenMistakeError
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import RoundRuleError
from services.draws import files
from services.passes.application import Application
from tests.passes.world import DRAW_AT, STAFF, World

IN_WINDOW = datetime(2023, 8, 18, 10, tzinfo=TAIPEI)


def opened(world: World, places: int = 2) -> str:
    """A rehearsal with a window, its clock within it."""
    draw_id = world.round(steps="L:1,*:1")
    world.set_clock(draw_id, IN_WINDOW)
    with world.units() as uow:
        world.windows.plan(uow, draw_id, "disabled", places, staff=STAFF)
    return draw_id


def sell(world: World, draw_id: str, i: int, *, amount: int = 5760, receipt_no: str = "", mobile: int = 0) -> None:
    wanted = Application(
        draw_id,
        Plate(f"AAA-{i:04}"),
        "general",
        Mobile(f"09{mobile or i:08}"),
        f"王{i}",
        world.asked(draw_id, IN_WINDOW),
    )

    def work(uow: object) -> None:
        world.windows.sell(uow, "disabled", wanted, amount=amount, receipt_no=receipt_no or f"A{i}", staff=STAFF)  # type: ignore[arg-type]

    world.desk.do("sell-first", draw_id, STAFF, work)


def test_what_is_sold_first_leaves_the_draw_and_what_is_not_joins_it(world: World) -> None:
    draw_id = opened(world, places=3)
    for i in (1, 2):
        world.apply(draw_id, i, at=IN_WINDOW)
    sell(world, draw_id, 1)
    sell(world, draw_id, 9)
    with pytest.raises(CitizenMistakeError, match="CitizenMistakeError"):
        world.apply(draw_id, 9, at=IN_WINDOW)
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    assert world.desk.freeze(draw_id, actor=STAFF) == 1
    world.desk.announce(draw_id, actor=STAFF)
    with world.units() as uow:
        announced = parse_announcement(files.require(uow, draw_id, files.ANNOUNCE))
        _, removed = parse_removed(files.require(uow, draw_id, files.REMOVED))
    assert announced.steps == "L:1,*:2", "one of three places was not sold"
    assert [str(row.reason) for row in removed] == ["BOUGHT-FIRST"] * 2


def test_a_window_sells_no_more_than_its_places_and_only_while_it_is_open(world: World) -> None:
    draw_id = opened(world, places=1)
    with pytest.raises(RoundRuleError, match="金額應為 5,760 元"):
        sell(world, draw_id, 1, amount=1)
    sell(world, draw_id, 1)
    with pytest.raises(RoundRuleError, match="1 張都已售出"):
        sell(world, draw_id, 2)
    world.set_clock(draw_id, datetime(2023, 8, 20, 0, tzinfo=TAIPEI))
    with pytest.raises(RoundRuleError, match="沒有開放"):
        sell(world, draw_id, 3)
    assert world.sql("SELECT sold FROM priority_window") == [{"sold": 1}]
    assert len(world.refusals()) == 3


def test_a_receipt_is_used_once_and_anothers_entry_is_not_sold(world: World) -> None:
    draw_id = opened(world)
    world.apply(draw_id, 2, at=IN_WINDOW)
    sell(world, draw_id, 1)
    with pytest.raises(RoundRuleError, match="A1 已經用過"):
        sell(world, draw_id, 3, receipt_no="A1")
    with pytest.raises(RoundRuleError, match="另一個行動電話"):
        sell(world, draw_id, 2, mobile=77)
    assert world.sql("SELECT count(*) AS n FROM pass_entry WHERE state = 'BOUGHT-FIRST'") == [{"n": 1}]


def test_an_open_window_holds_the_announcement_back(world: World) -> None:
    draw_id = opened(world)
    world.sql("UPDATE priority_window SET closes_at = :at", at=DRAW_AT)
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    world.desk.freeze(draw_id, actor=STAFF)
    with pytest.raises(RoundRuleError, match="還沒有結束"):
        world.desk.announce(draw_id, actor=STAFF)


def test_a_window_is_planned_once_by_a_rule_of_its_own(world: World) -> None:
    draw_id = opened(world)
    row = world.sql("SELECT opens_at, closes_at FROM priority_window")[0]
    assert row["opens_at"] == datetime(2023, 8, 18, tzinfo=TAIPEI)
    assert row["closes_at"] == datetime(2023, 8, 20, tzinfo=TAIPEI), "the 19th, 24:00"
    for category, why in (("disabled", "已有"), ("friends", "設定檔為準")):
        with pytest.raises(RoundRuleError, match=why), world.units() as uow:
            world.windows.plan(uow, draw_id, category, 1, staff=STAFF)
