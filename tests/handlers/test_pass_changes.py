"""申請查詢: changing an application, the order of choice among lots, and one's own proof."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from domain.draw import merkle
from domain.draw.announcement import parse_announcement
from domain.draw.coding import key_values
from domain.draw.entry import Receipt, parse_receipt
from infra.database import UnitOfWorkFactory
from services.draws import files
from tests.flow import Flow
from tests.handlers.pass_world import applied, drawn, fresh_world, open_round
from tests.handlers.registered import bind
from tests.passes.world import DRAW_AT, World


@pytest.fixture
def world(chat_units: UnitOfWorkFactory) -> World:
    return fresh_world(chat_units)


def receipt(flow: Flow) -> Receipt:
    """The receipt that was just told."""
    return parse_receipt(flow.answer.messages[0]["text"] + "\n")


def number_of(flow: Flow) -> str:
    with flow._units() as uow:
        account = flow.services["accounts"].require(uow, flow.channel, flow.citizen)
    return str(account.mobile.national)


def live(world: World, draw_id: str) -> list[str]:
    rows = "SELECT e.plate FROM pass_entry e JOIN pass_round r ON r.id = round_id WHERE draw_id = :d AND state = 'live'"
    return sorted(row["plate"] for row in world.sql(rows, d=draw_id))


def other_plate(plate: str) -> str:
    return plate.replace("RAB", "RBB")


def test_another_vehicle_is_three_presses_and_a_new_receipt(owner: Flow, world: World, plate: str) -> None:
    draw_id = applied(owner, world, plate)
    before = receipt(owner)
    bind(owner, other_plate(plate))
    owner.say("申請查詢")
    owner.press("變更申請")
    assert owner.press(f"改用 {other_plate(plate)}　汽車").shown.count(f"{plate} 改為 {other_plate(plate)}") == 1
    owner.press("確認變更")
    assert "申請已變更" in owner.answer.shown
    after = receipt(owner)
    assert after.proves(other_plate(plate), number_of(owner))
    assert (after.commit, after.entry_no) != (before.commit, before.entry_no)
    assert live(world, draw_id) == [other_plate(plate)]


def test_another_plan_or_a_typed_plate(owner: Flow, world: World, plate: str) -> None:
    draw_id = applied(owner, world, plate)
    owner.say("申請查詢")
    owner.press("變更申請")
    assert "改為 一般月票 5,760 元" not in owner.answer.buttons, "it is that already"
    owner.press("改為 所在里月票 4,032 元")
    assert "一般月票 改為 所在里月票" in owner.answer.shown
    owner.say(other_plate(plate))
    assert f"{plate} 改為 {other_plate(plate)}" in owner.answer.shown
    owner.press("確認變更")
    rows = world.sql("SELECT plan, pool FROM pass_entry WHERE plate = :p AND state = 'live'", p=other_plate(plate))
    assert rows == [{"plan": "own", "pool": "G"}]
    assert live(world, draw_id) == [other_plate(plate)]


@pytest.mark.parametrize(
    ("said", "told"),
    [("軍C-21110", "現場"), ("1234AB", "請連同「-」"), ("同上", "車牌"), ("same", "已經是這輛車")],
)
def test_what_cannot_be_changed_to_changes_nothing(owner: Flow, world: World, plate: str, said: str, told: str) -> None:
    draw_id = applied(owner, world, plate)
    owner.say("申請查詢")
    owner.press("變更申請")
    assert told in owner.say(plate if said == "same" else said).shown
    assert owner.waiting == "what"
    assert live(world, draw_id) == [plate]


def test_somebody_elses_vehicle_of_this_round_changes_nothing(
    owner: Flow, make_owner: Callable[..., Flow], world: World, plate: str
) -> None:
    draw_id = applied(owner, world, plate)
    world.apply(draw_id, 4711, at=datetime.now(UTC))
    owner.say("申請查詢")
    owner.press("變更申請")
    owner.say("AAA-4711")
    assert "一車一期" in owner.press("確認變更").shown
    assert live(world, draw_id) == ["AAA-4711", plate]


def test_a_change_of_mind_and_a_press_that_comes_twice(owner: Flow, world: World, plate: str) -> None:
    draw_id = applied(owner, world, plate)
    owner.say("申請查詢")
    owner.press("變更申請")
    owner.press("改為 所在里月票 4,032 元")
    assert "確認變更" in owner.say("好").shown
    asked = owner.answer
    owner.say("取消")
    assert live(world, draw_id) == [plate]
    owner.press("確認變更", asked)
    assert len(world.sql("SELECT id FROM pass_entry WHERE plate = :p", p=plate)) == 1, "a stale press changes nothing"


def test_closing_while_the_change_waits(owner: Flow, world: World, plate: str) -> None:
    draw_id = applied(owner, world, plate)
    owner.say("申請查詢")
    entries = owner.answer
    owner.press("變更申請")
    owner.press("改為 所在里月票 4,032 元")
    world.sql("UPDATE pass_round SET closes_at = now() - interval '1 minute' WHERE draw_id = :d", d=draw_id)
    assert "已截止" in owner.press("確認變更").shown
    owner.say("取消")
    assert "已截止" in owner.press("變更申請", entries).shown
    assert live(world, draw_id) == [plate]
    assert "變更申請" not in owner.say("申請查詢").buttons


def test_nobody_changes_anothers_entry(owner: Flow, make_owner: Callable[..., Flow], world: World, plate: str) -> None:
    applied(owner, world, plate)
    data = owner.say("申請查詢").buttons["變更申請"]["data"]
    stranger = make_owner()
    for made_up in (data, data.split("entry=")[0] + "entry=nonsense", data.split("?")[0]):
        assert "已撤回或變更過" in stranger.send_data(made_up).shown


def test_the_order_of_choice(owner: Flow, world: World, plate: str) -> None:
    """Three lots for one vehicle; the one applied for last becomes the first in two presses."""
    rounds = [open_round(world) for _ in range(3)]
    bind(owner, plate)
    for _, name in rounds:
        owner.say("月票申請")
        owner.press(name)
        owner.press(plate)
        owner.press("確認申請")
    names = [name for _, name in rounds]

    def order() -> list[str]:
        shown = owner.answer.shown if "第 1 志願" in owner.answer.shown else owner.say("申請查詢").shown
        return sorted(names, key=lambda name: shown.index(name, shown.rindex("之前。") if "之前。" in shown else 0))

    owner.say("申請查詢")
    assert order() == names
    assert "第 3 志願，共 3 處" in owner.answer.shown
    before = owner.answer
    owner.press("改為第 2 志願")
    assert order() == [names[0], names[2], names[1]]
    owner.press("改為第 2 志願", before)
    owner.say("申請查詢")
    assert order() == [names[0], names[2], names[1]], "a press that comes twice changes nothing more"
    owner.press("改為第 1 志願")
    assert order() == [names[2], names[0], names[1]]
    now = owner.answer
    world.sql("UPDATE pass_round SET closes_at = now() - interval '1 minute' WHERE draw_id = :d", d=rounds[2][0])
    assert "已截止" in owner.press("改為第 1 志願", now).shown
    assert "改為第 1 志願" not in owner.say("申請查詢").buttons, "its rival has closed"


def test_one_lot_has_no_order(owner: Flow, world: World, plate: str) -> None:
    applied(owner, world, plate)
    assert "志願" not in owner.say("申請查詢").shown


@pytest.mark.parametrize("people", [1, 2, 7])
def test_ones_own_proof(owner: Flow, world: World, plate: str, people: int) -> None:
    draw_id = drawn(owner, world, plate, people, "*:1")
    owner.say("申請查詢")
    owner.press("核對我的申請")
    own, proof, _ = owner.answer.messages
    opened = parse_receipt(own["text"] + "\n")
    assert opened.proves(plate, number_of(owner))
    keys = ("draw_id", "index", "n", "merkle_root", "path")
    said = key_values(proof["text"].split("\n")[1:], keys, "proof", 2)
    with world.units() as uow:
        announced = parse_announcement(files.require(uow, draw_id, files.ANNOUNCE))
    path = [one for one in said["path"].split(",") if one]
    row = f"{opened.commit}\t{opened.entry_no}\t{opened.pool}\t1"
    assert said["draw_id"] == draw_id
    assert merkle.proves(row, int(said["index"]), int(said["n"]), path, announced.merkle_root)
    assert owner.answer.link("打開核對網頁") == "http://localhost:8000/draws/check"
    assert f"共 {people} 筆" in owner.answer.shown


def test_no_proof_before_the_list_nor_of_another(
    owner: Flow, make_owner: Callable[..., Flow], world: World, plate: str
) -> None:
    applied(owner, world, plate)
    assert "核對我的申請" not in owner.say("申請查詢").buttons
    data = owner.answer.buttons["變更申請"]["data"].replace("pass_change.begin", "pass_entries.proof")
    assert "還沒有公告" in owner.send_data(data).shown
    assert "已撤回或變更過" in make_owner().send_data(data).shown


def test_a_receipt_is_forgotten_with_its_salt(owner: Flow, world: World, plate: str) -> None:
    drawn(owner, world, plate, 1, "*:1")
    data = owner.say("申請查詢").buttons["核對我的申請"]["data"]
    world.sql("UPDATE pass_entry SET salt = NULL WHERE plate = :p", p=plate)
    assert "收據已刪除" in owner.send_data(data).shown
    assert {"核對我的申請", "收據與 QR"}.isdisjoint(owner.say("申請查詢").buttons)


def test_what_the_counter_wrote_down_is_found_and_changed(owner: Flow, world: World, plate: str) -> None:
    """Whoever verifies the number that was given at the counter has the entry in the chat."""
    draw_id = world.round(world.lot(f"C{plate}"[:16]))
    world.set_clock(draw_id, DRAW_AT - timedelta(days=4))
    with world.units() as uow:
        account = owner.services["accounts"].require(uow, owner.channel, owner.citizen)
    entry, _ = world.apply(draw_id, 9, holder=account.mobile, landline="02-27201234")
    world.sql("UPDATE pass_entry SET channel = NULL, citizen = NULL WHERE id = :e", e=entry.id)
    assert entry.entry_no in owner.say("申請查詢").shown
    owner.press("變更申請")
    owner.press("改為 所在里月票 4,032 元")
    owner.press("確認變更")
    assert "申請已變更" in owner.answer.shown
    assert entry.entry_no not in owner.say("申請查詢").shown
    kept = world.sql("SELECT citizen, landline IS NOT NULL AS kept FROM pass_entry WHERE plate = 'AAA-0009' "
                     "AND state = 'live' AND round_id = :r", r=entry.round_id)  # fmt: skip
    assert kept == [{"citizen": owner.citizen, "kept": True}]


def test_a_counter_entry_of_another_number_is_nobodys_here(owner: Flow, world: World, plate: str) -> None:
    draw_id = world.round(world.lot(f"C{plate}"[:16]))
    entry, _ = world.apply(draw_id, 10)
    world.sql("UPDATE pass_entry SET channel = NULL, citizen = NULL WHERE id = :e", e=entry.id)
    assert "目前沒有月票申請" in owner.say("申請查詢").shown


def test_changing_in_english(make_owner: Callable[..., Flow], world: World, plate: str) -> None:
    owner = make_owner(line_language="en")
    rounds = [open_round(world) for _ in range(2)]
    for _, name in rounds:
        owner.say("apply")
        owner.press(name)
        owner.say(plate)
        owner.press("Apply")
    assert "Choice 2 of 2" in owner.say("my applications").shown
    owner.press("Make it choice 1")
    assert f"Order changed: {rounds[1][1]} before {rounds[0][1]}." in owner.answer.shown
