"""月票 in the chat: applying in three presses, looking it up, withdrawing, and how the draw went."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.draw.entry import parse_receipt
from infra.clock import SystemClock
from infra.database import UnitOfWorkFactory
from services.passes.board import PassBoard
from tests.flow import Flow
from tests.handlers.pass_world import applied, drawn, fresh_world, open_round
from tests.passes.world import DRAW_AT, STAFF, TIMES, World


@pytest.fixture
def world(chat_units: UnitOfWorkFactory) -> World:
    return fresh_world(chat_units)


def test_three_presses_and_a_receipt_that_proves_itself(owner: Flow, world: World, plate: str) -> None:
    applied(owner, world, plate)
    told, card = owner.answer.messages
    receipt = parse_receipt(told["text"] + "\n")
    with world.units() as uow:
        account = owner.services["accounts"].require(uow, owner.channel, owner.citizen)
    assert receipt.proves(plate, account.mobile.national)
    assert receipt.entry_no in str(card)
    assert receipt.commit in str(card)
    assert owner.answer.link("收據與 QR").startswith("http://localhost:8000/passes/receipts/")


def test_the_address_of_the_receipt_holds_it(owner: Flow, world: World, plate: str) -> None:
    applied(owner, world, plate)
    told, card = owner.answer.messages
    page = owner.answer.link("收據與 QR")
    with world.units() as uow:
        assert owner.services["board"].receipt_text(uow, page.rsplit("/", 1)[1]) == told["text"] + "\n"
    assert f"{page}/qr.png" in str(card), "the code is seen in the chat itself"


def test_somebody_without_an_account_registers_first(flow: Flow, world: World) -> None:
    open_round(world)
    flow.say("月票申請")
    assert flow.waiting is not None
    assert "同意" in flow.answer.shown


def test_no_round_is_open(owner: Flow, world: World) -> None:
    assert "目前沒有開放登記的月票" in owner.say("月票申請").shown
    assert "目前沒有開放登記的月票" in owner.say("開放數量").shown


def test_a_plate_may_be_typed_and_must_be_whole(owner: Flow, world: World, plate: str) -> None:
    _, name = open_round(world)
    owner.say("月票申請")
    owner.press(name)
    assert "現場" in owner.say("軍C-21110").shown
    owner.say(plate.lower())
    assert plate in owner.answer.shown
    assert owner.waiting == "sure"


def test_another_plan_is_one_more_press(owner: Flow, world: World, plate: str) -> None:
    _, name = open_round(world)
    owner.say("月票申請")
    owner.press(name)
    owner.say(plate)
    assert "5,760 元" in owner.answer.shown
    owner.press("選擇優惠方案")
    assert "資格審查" in owner.answer.shown
    owner.press("所在里月票 4,032 元")
    assert "4,032 元" in owner.answer.shown
    owner.press("確認申請")
    assert world.sql("SELECT plan, pool FROM pass_entry WHERE plate = :p", p=plate) == [{"plan": "own", "pool": "G"}]


def test_one_vehicle_once(owner: Flow, world: World, plate: str) -> None:
    applied(owner, world, plate)
    owner.say("月票申請")
    lot = next(label for label in owner.answer.buttons if "停車場" in label)
    owner.press(lot)
    owner.press(plate)
    assert "一車一期" in owner.press("確認申請").shown


def test_a_press_that_comes_twice_applies_once(owner: Flow, world: World, plate: str) -> None:
    _, name = open_round(world)
    owner.say("月票申請")
    owner.press(name)
    owner.say(plate)
    asked = owner.answer
    owner.press("確認申請", asked)
    owner.press("確認申請", asked)
    assert world.sql("SELECT count(*) AS n FROM pass_entry WHERE plate = :p", p=plate) == [{"n": 1}]


def test_closing_while_the_question_waits(owner: Flow, world: World, plate: str) -> None:
    draw_id, name = open_round(world)
    owner.say("月票申請")
    owner.press(name)
    owner.say(plate)
    world.sql("UPDATE pass_round SET closes_at = now() - interval '1 minute' WHERE draw_id = :d", d=draw_id)
    assert "已截止" in owner.press("確認申請").shown
    assert world.sql("SELECT count(*) AS n FROM pass_entry WHERE plate = :p", p=plate) == [{"n": 0}]


def test_a_button_made_up_opens_nothing(owner: Flow, world: World, plate: str) -> None:
    open_round(world)
    owner.say("月票申請")
    lot = next(label for label in owner.answer.buttons if "停車場" in label)
    data = owner.answer.buttons[lot]["data"]
    made_up = data.replace(data.split("draw=")[1].split("&")[0], "TEST%2Fnothing")
    assert "這個按鈕不能使用" in owner.send_data(made_up).shown
    assert owner.waiting == "lot"


def test_same_as_last_month_is_one_press(owner: Flow, world: World, plate: str) -> None:
    past = drawn(owner, world, plate, 1, "*:0")
    world.sql(
        "UPDATE pass_entry SET channel = :c, citizen = :u WHERE plate = :p", c=owner.channel, u=owner.citizen, p=plate
    )
    lot = past.split("/")[2]
    open_round(world, lot)
    owner.say("月票申請")
    owner.press("比照上月申請")
    assert "申請完成" in owner.answer.shown
    assert plate in owner.answer.shown
    owner.say("月票申請")
    assert "比照上月申請" not in owner.answer.buttons, "it is done already"


def test_same_as_last_month_keeps_the_order_of_choice_and_drops_a_plan_sold_no_longer(
    owner: Flow, world: World, plate: str
) -> None:
    past = [drawn(owner, world, plate, 1, "*:0", lot=f"{letter}{plate}"[:16]) for letter in "AB"]
    world.sql(
        "UPDATE pass_entry SET channel = :c, citizen = :u WHERE plate = :p", c=owner.channel, u=owner.citizen, p=plate
    )
    world.sql("ALTER TABLE pass_entry DISABLE TRIGGER frozen")
    world.sql("UPDATE pass_entry SET preference = preference + 1000 WHERE plate = :p AND round_id = "
              "(SELECT id FROM pass_round WHERE draw_id = :d)", p=plate, d=past[0])  # fmt: skip
    world.sql("UPDATE pass_entry SET plan = 'gone' WHERE plate = :p", p=plate)
    world.sql("ALTER TABLE pass_entry ENABLE TRIGGER frozen")
    names = [open_round(world, draw_id.split("/")[2])[1] for draw_id in past]
    owner.say("月票申請")
    owner.press("比照上月申請")
    assert owner.answer.shown.count("申請完成") == 2
    shown = owner.say("申請查詢").shown
    assert shown.index(names[1]) < shown.index(names[0]), "the second was wanted more"
    assert "第 1 志願，共 2 處" in shown
    assert world.sql("SELECT DISTINCT plan FROM pass_entry WHERE plate = :p AND plan <> 'gone'", p=plate) == [
        {"plan": "general"}
    ]


def test_a_rehearsal_is_offered_as_one_and_only_where_it_may_be(owner: Flow, world: World) -> None:
    draw_id = world.round()
    world.set_clock(draw_id, DRAW_AT - timedelta(days=5))
    assert "演練 P0123 地下停車場" in owner.say("月票申請").shown
    board = PassBoard(world.rules, world.lots, world.entries, "http://localhost:8000", ("k" * 40,), SystemClock())
    with world.units() as uow:
        assert board.open_rounds(uow, SystemClock().now()) == []


def test_withdrawing_takes_two_presses(owner: Flow, world: World, plate: str) -> None:
    applied(owner, world, plate)
    assert plate in owner.say("申請查詢").shown
    owner.press("撤回申請")
    assert "不參加抽籤" in owner.answer.shown
    owner.press("撤回這筆申請")
    assert "已撤回" in owner.answer.shown
    assert "目前沒有月票申請" in owner.say("申請查詢").shown
    assert world.sql("SELECT state FROM pass_entry WHERE plate = :p", p=plate) == [{"state": "WITHDRAWN"}]


def test_nobody_withdraws_anothers_entry(
    owner: Flow, make_owner: Callable[..., Flow], world: World, plate: str
) -> None:
    applied(owner, world, plate)
    owner.say("申請查詢")
    data = owner.answer.buttons["撤回申請"]["data"]
    stranger = make_owner()
    assert "已撤回或變更過" in stranger.send_data(data).shown
    assert "已撤回或變更過" in stranger.send_data(data.split("entry=")[0] + "entry=nonsense").shown
    assert world.sql("SELECT state FROM pass_entry WHERE plate = :p", p=plate) == [{"state": "live"}]


def test_a_winner_sees_the_number_and_what_to_do(owner: Flow, world: World, plate: str) -> None:
    draw_id = drawn(owner, world, plate, 1, "*:1")
    answer = owner.say("抽籤結果")
    assert "正取 1 號" in answer.shown
    assert "5,760 元" in answer.shown
    assert "演練" in answer.shown
    entry = world.sql("SELECT id FROM pass_entry WHERE plate = :p", p=plate)[0]["id"]
    with world.units() as uow:
        world.promoting.sell_at_counter(uow, draw_id, entry, amount=5760, receipt_no="A1", staff=STAFF)
    assert "已繳費" in owner.say("抽籤結果").shown
    assert plate in owner.say("我的月票").shown


def test_a_waiting_entry_sees_how_far_promotion_is(owner: Flow, world: World, plate: str) -> None:
    draw_id = drawn(owner, world, plate, 3, "*:0")
    assert "目前尚未遞補" in owner.say("抽籤結果").shown
    assert "沒有已繳費的月票" in owner.say("我的月票").shown
    assert world.phase(draw_id) == "drawn"


def test_a_winner_who_did_not_pay_is_told_so(owner: Flow, world: World, plate: str) -> None:
    draw_id = drawn(owner, world, plate, 1, "*:1")
    world.set_clock(draw_id, TIMES.pay_by)
    world.desk.promote(draw_id, actor=STAFF)
    assert "繳費期限已過" in owner.say("抽籤結果").shown


def test_in_english(make_owner: Callable[..., Flow], world: World, plate: str) -> None:
    owner = make_owner(line_language="en")
    _, name = open_round(world)
    owner.say("apply")
    owner.press(name)
    owner.say(plate)
    owner.press("Apply")
    assert "Application complete" in owner.answer.shown
    assert "Your applications" in str(owner.say("my applications").messages)
    assert "No results yet" in owner.say("result").shown
    owner.say("my applications")
    owner.press("Change")
    owner.press("Change to Local NT$4,032")
    owner.press("Confirm the change")
    assert "Application changed" in owner.answer.shown
