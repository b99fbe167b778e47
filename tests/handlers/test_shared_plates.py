"""One plate, several people: who is told what, and who may end what."""

import re
from collections.abc import Callable

from sqlalchemy import Engine, text

from tests.clock import MovableClock
from tests.flow import Flow
from tests.handlers.registered import bind, told

MakeOwner = Callable[..., Flow]


def test_whoever_has_it_is_told_of_one_more_without_a_name_and_can_report(
    owner: Flow, make_owner: MakeOwner, chat_engine: Engine, plate: str
) -> None:
    bind(owner, plate)
    other = make_owner()
    bind(other, plate)
    (notice,) = told(chat_engine, owner)
    assert "又有一位綁定了您的車牌" in notice
    assert not re.search(r"王|小明|09\d", notice.shown)
    assert other.citizen not in str(notice.messages)
    assert told(chat_engine, other) == []
    assert "已收到您的回報" in owner.press("回報這個綁定", notice)
    owner.press("回報這個綁定", notice)
    query = text("SELECT count(*) FROM plate_report WHERE citizen = :c AND plate = :p")
    with chat_engine.connect() as connection:
        assert connection.execute(query, {"c": owner.citizen, "p": plate}).scalar() == 1
    assert "回報不明綁定" in owner.say("歷程")


def test_binding_again_and_again_tells_the_others_once(
    owner: Flow, make_owner: MakeOwner, chat_engine: Engine, plate: str
) -> None:
    bind(owner, plate)
    other = make_owner()
    for _ in range(3):
        bind(other, plate)
        other.say("解除綁定")
        other.press("解除綁定")
    assert len(told(chat_engine, owner)) == 1


def test_the_same_plate_of_another_kind_is_another_vehicle(
    owner: Flow, make_owner: MakeOwner, chat_engine: Engine, plate: str
) -> None:
    bind(owner, plate, "汽車")
    bind(make_owner(), plate, "機車")
    assert told(chat_engine, owner) == []


def test_paperless_is_seen_by_every_binder_and_ended_by_any(
    owner: Flow, make_owner: MakeOwner, chat_engine: Engine, plate: str, clock: MovableClock
) -> None:
    bind(owner, plate)
    other = make_owner()
    bind(other, plate, "汽車", "加選開單無紙化", "申請開單無紙化")
    assert "這輛車改為開單無紙化" in told(chat_engine, owner)[-1]
    assert "11/22（日）起（另一位綁定人申請）" in owner.say("我的車輛")
    clock.move(days=1)
    assert "開單無紙化\n已生效（另一位綁定人申請）" in owner.say("我的車輛")
    owner.press("編輯")
    assert "今天結束，明天起恢復紙本停車單" in owner.press("結束無紙化")
    assert "這輛車的開單無紙化結束" in told(chat_engine, other)[-1]
    assert "今天結束，明天起恢復紙本停車單" in other.say("我的車輛")
    clock.move(days=1)
    assert "未申請，車上放紙本停車單" in other.say("我的車輛")


def test_paperless_ends_with_its_last_subscriber_not_before(
    owner: Flow, make_owner: MakeOwner, plate: str, clock: MovableClock
) -> None:
    other, watcher = make_owner(), make_owner()
    for flow in (owner, other):
        bind(flow, plate, "汽車", "加選開單無紙化", "申請開單無紙化")
    bind(watcher, plate)
    clock.move(days=3)
    owner.say("解除綁定")
    owner.press("解除綁定")
    assert "已生效" in watcher.say("我的車輛")
    other.say("解除綁定")
    other.press("解除綁定")
    assert "今天結束" in watcher.say("我的車輛")
    clock.move(days=1)
    assert "未申請" in watcher.say("我的車輛")
