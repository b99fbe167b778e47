"""資格審查 in the chat: photos after applying, from 申請查詢, in both languages; what cannot be sent is said."""

import uuid

import pytest

from domain.qualifications import Judged
from domain.vehicles import VehicleKind
from infra.database import UnitOfWorkFactory
from services.passes.qualifying import Qualifying
from tests.flow import Flow
from tests.handlers.pass_world import fresh_world, open_round
from tests.handlers.registered import bind
from tests.passes.test_qualifying import OWN
from tests.passes.world import STAFF, World


@pytest.fixture
def world(chat_units: UnitOfWorkFactory) -> World:
    return fresh_world(chat_units)


def message() -> str:
    """LINE's id of a message, which no other test has."""
    return uuid.uuid4().hex


def applied(flow: Flow, world: World, plate: str) -> str:
    """Apply for the plan of one's own 里; the draw_id."""
    draw_id, name = open_round(world)
    lot = draw_id.split("/")[1]
    with world.units() as uow:
        world.lots.put_plan(uow, lot, VehicleKind.CAR, "all-day", OWN, staff=STAFF)
    bind(flow, plate)
    flow.say("月票申請")
    flow.press(name)
    flow.press(plate)
    flow.press("選擇優惠方案")
    assert "戶籍地址" in flow.press("所在里月票").shown
    flow.press("確認申請")
    return draw_id


def judged(flow: Flow, world: World, draw_id: str, verdict: Judged) -> None:
    service: Qualifying = flow.services["qualifying"]
    with world.units() as uow:
        entry = world.entries.of(uow, flow.channel, flow.citizen, None)[-1]
        service.judge(uow, entry.id, verdict, reason="核對戶籍謄本", staff=STAFF)


def test_photos_are_sent_right_after_applying(owner: Flow, world: World, plate: str) -> None:
    applied(owner, world, plate)
    assert "戶籍地址" in owner.press("傳證明文件照片").shown
    assert "已收到 1 張" in owner.send_photo(message()).shown
    assert "已收到 2 張" in owner.send_photo(message()).shown
    assert "審查後會通知您" in owner.press("傳完了").shown
    assert owner.waiting is None
    assert "審查中" in owner.say("申請查詢").shown
    photos = world.sql("SELECT message_id FROM qualification_photo ORDER BY sent_at DESC LIMIT 2")
    assert len(photos) == 2


def test_words_instead_of_a_photo_and_cancelling(owner: Flow, world: World, plate: str) -> None:
    applied(owner, world, plate)
    owner.press("傳證明文件照片")
    assert "請傳照片" in owner.say("好的").shown
    assert owner.waiting == "photo"
    owner.say("取消")
    assert "還沒有傳證明文件" in owner.say("申請查詢").shown


def test_more_is_sent_from_the_list_and_what_is_decided_takes_none(owner: Flow, world: World, plate: str) -> None:
    draw_id = applied(owner, world, plate)
    first = owner.press("傳證明文件照片")
    owner.send_photo(message())
    owner.press("傳完了")
    judged(owner, world, draw_id, Judged.MORE)
    assert "請補件" in owner.say("申請查詢").shown
    owner.press("傳證明文件照片")
    assert "已收到 2 張" in owner.send_photo(message()).shown
    judged(owner, world, draw_id, Judged.REFUSED)
    shown = owner.say("申請查詢")
    assert "審查不符，以一般方案計價" in shown.shown
    assert "傳證明文件照片" not in shown.buttons
    assert first is not shown


def test_accepted_the_new_number_is_shown_and_the_old_button_is_stale(owner: Flow, world: World, plate: str) -> None:
    draw_id = applied(owner, world, plate)
    card = owner.answer
    judged(owner, world, draw_id, Judged.PASSED)
    assert "審查通過" in owner.say("申請查詢").shown
    assert "已撤回或變更過" in owner.press("傳證明文件照片", card).shown


def test_a_made_up_entry_is_nobodys(owner: Flow, world: World, plate: str) -> None:
    applied(owner, world, plate)
    owner.send_data(f"pass_evidence.begin?entry={uuid.uuid4()}")
    assert owner.waiting is None


def test_a_plan_for_everybody_asks_for_nothing(owner: Flow, world: World, plate: str) -> None:
    _, name = open_round(world)
    bind(owner, plate)
    owner.say("月票申請")
    owner.press(name)
    owner.press(plate)
    assert "傳證明文件照片" not in owner.press("確認申請").buttons


def test_in_english(owner: Flow, world: World, plate: str) -> None:
    applied(owner, world, plate)
    owner.say("English")
    assert "No documents sent yet" in owner.say("my applications").shown
    assert "registered address" in owner.press("Send documents").shown
    assert "1 received" in owner.send_photo(message()).shown
    assert "Staff will check them" in owner.press("All sent").shown
