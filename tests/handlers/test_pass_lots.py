"""開放數量, lots starred, lots near a place, 優先購買, and the notice that a starred lot is open."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.clock import TAIPEI
from domain.plates import Plate
from domain.rounds import RoundTimes
from infra.clock import SystemClock
from infra.database import UnitOfWorkFactory
from services.passes.application import Application
from services.passes.favourites import MOST
from services.passes.lots import Sells
from services.passes.opening_news import OpeningNews
from tests.flow import Flow
from tests.handlers.pass_world import fresh_world, open_round
from tests.handlers.registered import told
from tests.passes.world import STAFF, TIMES, World

HERE = (25.0, 121.5)  # where Flow.send_location is
HUNDRED_METRES = 0.0009  # of latitude


@pytest.fixture
def world(chat_units: UnitOfWorkFactory) -> World:
    return fresh_world(chat_units)


def lot_name(draw_id: str) -> str:
    return f"{draw_id.split('/')[-3]} 地下停車場"


def drawn_before(world: World, draw_id: str, places: int, entries: int, month: str, promoted: int = 0) -> None:
    """A published draw of the same lot for an earlier month, as its rows tell it."""
    lot = draw_id.split("/")[-3]
    past = world.round(lot, rehearsal=False, month=month, times=TIMES)
    for i in range(entries):
        world.apply(past, 2000 + i)
    world.sql("UPDATE pass_round SET phase = 'published', steps = :s WHERE draw_id = :d", s=f"*:{places}", d=past)
    world.sql(
        "INSERT INTO draw_rank SELECT id, round_id, row_number() OVER (), 'X', 0, '-' FROM pass_entry "
        "WHERE round_id = (SELECT id FROM pass_round WHERE draw_id = :d)", d=past,
    )  # fmt: skip
    if promoted:
        world.sql(
            "INSERT INTO promotion (round_id, vacated, reason, promoted) "
            "SELECT id, 'W1', 'UNPAID', :p FROM pass_round WHERE draw_id = :d", p=promoted, d=past,
        )  # fmt: skip


def near_lot(world: World, hundreds: int, **more: Any) -> tuple[str, str]:
    place = {"latitude": HERE[0] + hundreds * HUNDRED_METRES, "longitude": HERE[1]}
    return open_round(world, about=place | more)


def test_a_lot_closer_with_its_last_draws(owner: Flow, world: World) -> None:
    draw_id, name = open_round(world, steps="L:5,*:95")
    drawn_before(world, draw_id, 2, 8, "2023-06", promoted=3)
    drawn_before(world, draw_id, 5, 4, "2023-07")
    assert "100 張" in owner.say("開放數量").shown
    assert "上期 4 人抽 5 張" in owner.answer.shown
    owner.press(name)
    assert "8 人抽 2 張（25%），遞補至備取 3 號" in owner.answer.shown
    assert "4 人抽 5 張（100%）" in owner.answer.shown
    assert f"http://localhost:8000/passes/odds/{draw_id}/zh-TW.png" in str(owner.answer.messages)
    owner.press("申請這個停車場")
    assert owner.waiting == "vehicle"
    assert name in owner.answer.shown


def test_a_lot_without_a_draw_has_no_picture(owner: Flow, world: World) -> None:
    _, name = open_round(world)
    owner.say("開放數量")
    owner.press(name)
    assert "還沒有公開的抽籤紀錄" in owner.answer.shown
    assert "png" not in str(owner.answer.messages)


def test_the_odds_in_plain_text(owner: Flow, world: World) -> None:
    draw_id, name = open_round(world)
    drawn_before(world, draw_id, 2, 8, "2023-07")
    owner.say("顯示")
    owner.press("純文字")
    owner.say("開放數量")
    owner.press(next(label for label in owner.answer.buttons if label[:10] == name[:10]))
    assert "2023-07：8 人抽 2 張（25%）" in owner.answer.shown
    assert {message["type"] for message in owner.answer.messages} == {"text"}


def test_what_only_the_lot_sells_is_shown_and_not_applied_for(owner: Flow, world: World) -> None:
    draw_id, name = open_round(world, about={"sells": Sells.COUNTER})
    owner.say("開放數量")
    owner.press(name)
    assert "只在現場受理" in owner.answer.shown
    assert "申請這個停車場" not in owner.answer.buttons
    assert "目前沒有開放登記" in owner.say("月票申請").shown
    assert "目前沒有開放登記" in owner.send_data(f"pass_apply.of?draw={draw_id}").shown


def test_a_starred_lot_comes_first_until_the_star_is_taken_back(owner: Flow, world: World) -> None:
    names = sorted(open_round(world)[1] for _ in range(3))
    owner.say("開放數量")
    owner.press(names[2])
    owner.press("收藏這個停車場")
    assert "已收藏" in owner.answer.shown
    owner.say("月票申請")
    lots = [action["label"] for action in owner.answer.every if "停車場" in action.get("label", "")]
    assert lots[:3] == [names[2], names[0], names[1]]
    assert "收藏或申請過的停車場在前" in owner.answer.shown
    owner.say("開放數量")
    owner.press(names[2])
    owner.press("取消收藏")
    assert "已取消收藏" in owner.answer.shown
    owner.say("月票申請")
    assert "收藏或申請過" not in owner.answer.shown


def test_the_lot_one_applied_for_comes_before_others(owner: Flow, world: World, plate: str) -> None:
    names = sorted(open_round(world)[1] for _ in range(3))
    for name in names[1:2]:
        owner.say("月票申請")
        owner.press(name)
        owner.say(plate)
        owner.press("確認申請")
    owner.say("月票申請")
    lots = [action["label"] for action in owner.answer.every if action.get("label", "") in names]
    assert lots[0] == names[1]


def test_stars_have_an_end_and_only_lots_have_them(owner: Flow, world: World) -> None:
    for i in range(MOST + 1):
        world.lot(f"S{i}")
    for i in range(MOST):
        owner.send_data(f"pass_openings.star?lot=S{i}")
    assert "最多可收藏" in owner.send_data(f"pass_openings.star?lot=S{MOST}").shown
    assert "已收藏" in owner.send_data("pass_openings.star?lot=S0").shown, "once more is no more"
    assert "不能使用" in owner.send_data("pass_openings.star?lot=nowhere").shown
    assert "不能使用" in owner.send_data("pass_openings.lot?draw=nowhere").shown


def test_near_a_place_the_easiest_to_win_comes_first(owner: Flow, world: World) -> None:
    hard, easy, unknown = near_lot(world, 1)[0], near_lot(world, 9)[0], near_lot(world, 5)[0]
    far, nowhere = near_lot(world, 500)[0], open_round(world)[0]
    drawn_before(world, hard, 1, 8, "2023-07")
    drawn_before(world, easy, 4, 8, "2023-07")
    owner.say("月票申請")
    owner.send_location()
    shown = owner.answer.shown
    offered = [action["label"] for action in owner.answer.every if "停車場" in action.get("label", "")]
    assert offered == [lot_name(easy), lot_name(hard), lot_name(unknown)]
    assert "約 100 公尺\n上期 8 人抽 1 張" in shown
    assert lot_name(far) not in shown
    assert lot_name(nowhere) not in shown
    owner.say(lot_name(far))
    assert owner.waiting == "vehicle", "any lot can still be named"


def test_nothing_near_still_offers_what_is_open(owner: Flow, world: World) -> None:
    _, name = open_round(world)
    owner.say("月票申請")
    assert "附近沒有開放登記" in owner.send_location().shown
    assert name in owner.answer.buttons


def test_a_lot_is_found_by_its_name(owner: Flow, world: World) -> None:
    open_round(world)
    _, second = open_round(world)
    owner.say("月票申請")
    assert "找不到這個停車場" in owner.say("沒有這一處").shown
    owner.say(second.lower())
    assert owner.waiting == "vehicle"


def test_the_rules_name_who_buys_first(owner: Flow, world: World) -> None:
    assert "6 筆" in owner.say("申請規定").shown
    assert "身心障礙者優先購買：抽籤當月 18 日至 19 日" in owner.answer.shown
    assert "http://localhost:8000/draws/" in owner.answer.shown


def test_buying_first_from_the_window_to_the_pass(owner: Flow, world: World, plate: str) -> None:
    """The window is told in the chat, sold at the lot, and the pass is there; what is unsold joins the draw."""
    now = datetime.now(UTC).replace(microsecond=0)
    times = RoundTimes(
        now - timedelta(days=1), now + timedelta(days=1), now + timedelta(days=2), now + timedelta(days=9)
    )
    lot = world.lot(f"W{plate}"[:16])
    draw_id = world.round(lot, rehearsal=False, month=next_month(now), times=times)
    with world.units() as uow:
        world.windows.plan(uow, draw_id, "disabled", 3, staff=STAFF)
        account = owner.services["accounts"].require(uow, owner.channel, owner.citizen)
    world.sql("UPDATE priority_window SET opens_at = now() - interval '1 hour', closes_at = now() + interval '1 hour'")
    owner.say("開放數量")
    owner.press(f"{lot} 地下停車場")
    assert "身心障礙者優先購買 3 張" in owner.answer.shown
    owner.press("申請這個停車場")
    owner.say(plate)
    assert "身心障礙者優先購買 3 張" in owner.answer.shown, "before one applies"
    owner.press("確認申請")
    with world.units() as uow:
        wanted = Application(draw_id, Plate(plate), "general", account.mobile, "王", now)
        world.windows.sell(uow, "disabled", wanted, amount=5760, receipt_no="F1", staff=STAFF)
    assert plate in owner.say("我的月票").shown
    assert "已繳費" in owner.say("申請查詢").shown
    assert {"撤回申請", "變更申請"}.isdisjoint(owner.answer.buttons)
    owner.say("開放數量")
    owner.press(f"{lot} 地下停車場")
    assert "優先購買 2 張" in owner.answer.shown
    owner.press("申請這個停車場")
    owner.say(plate)
    assert "一車一期" in owner.press("確認申請").shown


def next_month(now: datetime) -> str:
    return (now.astimezone(TAIPEI).replace(day=1) + timedelta(days=32)).strftime("%Y-%m")


def test_whoever_starred_a_lot_is_told_once_that_it_opened(
    owner: Flow, make_owner: Callable[..., Flow], world: World, chat_engine: Any
) -> None:
    draw_id, name = open_round(world)
    lot = draw_id.split("/")[-3]
    english, other = make_owner(line_language="en"), make_owner()
    for flow in (owner, english):
        flow.send_data(f"pass_openings.star?lot={lot}")
    news = OpeningNews(owner.services["board"], owner.services["notices"], SystemClock())
    assert news.tell(world.units) == 2
    assert news.tell(world.units) == 0
    (mine,) = told(chat_engine, owner)
    assert name in mine.shown
    assert "A lot you starred is open" in told(chat_engine, english)[0].shown
    assert told(chat_engine, other) == []
    owner.send_data(mine.buttons["申請這個停車場"]["data"])
    assert owner.waiting == "vehicle"
    owner.press("取消收藏", mine)
    assert world.sql("SELECT citizen FROM favourite_lot WHERE lot = :l", l=lot) == [{"citizen": english.citizen}]


@pytest.mark.parametrize(
    "kept_back",
    [
        "UPDATE pass_round SET on_shelf = false",
        "UPDATE lot SET on_shelf = false",
        "UPDATE lot SET sells = 'counter'",
        "UPDATE pass_round SET opens_at = now() + interval '1 hour'",
        "UPDATE pass_round SET closes_at = now() - interval '1 hour'",
    ],
)
def test_nothing_is_told_of_what_nobody_can_apply_for(owner: Flow, world: World, kept_back: str) -> None:
    draw_id, _ = open_round(world)
    lot = draw_id.split("/")[-3]
    owner.send_data(f"pass_openings.star?lot={lot}")
    which = "number = :l" if "UPDATE lot" in kept_back else "lot = :l"
    world.sql(f"{kept_back} WHERE {which}", l=lot)
    assert OpeningNews(owner.services["board"], owner.services["notices"], SystemClock()).tell(world.units) == 0


def test_in_english(make_owner: Callable[..., Flow], world: World) -> None:
    owner = make_owner(line_language="en")
    draw_id, name = near_lot(world, 2)
    drawn_before(world, draw_id, 1, 8, "2023-07", promoted=2)
    owner.say("places available")
    owner.press(name)
    assert "Passes 1, entries 8 (12%), offered up to waiting no. 2" in owner.answer.shown
    assert f"{draw_id}/en.png" in str(owner.answer.messages)
    owner.press("Star this lot")
    assert "Starred" in owner.answer.shown
    owner.say("apply")
    assert "About 200 m" in owner.send_location().shown
    assert "People with disabilities may buy first" in owner.say("rules for applying").shown
