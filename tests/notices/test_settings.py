"""通知設定 and 通知紀錄, as a citizen taps them; notices that wait for the morning."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from domain.notices import TREATMENTS, Channel, Plan, Settings, Topic
from domain.ports.notices import Letter
from domain.reader import Display
from domain.slots import Slot
from infra.database import UnitOfWorkFactory
from services.notice_rules import RECORD_DAYS
from tests.accounts import deliver
from tests.clock import MovableClock
from tests.flow import CHANNEL, Flow
from tests.handlers.registered import bind, told


def settings(flow: Flow, units: UnitOfWorkFactory) -> Settings:
    with units() as uow:
        kept: Settings = flow.services["notice_rules"].settings(uow, CHANNEL, flow.citizen)
    return kept


def notify(flow: Flow, units: UnitOfWorkFactory, key: str, **more: Any) -> None:
    """Post the notice of a payment, or another that needs no data."""
    data = {"amount": 40, "count": 1, "receipt_url": "https://pay.example.gov.tw/r/x", "trial": False, "days": 7}
    data |= {"takeover_id": "7" * 32, "state": "done"}
    with units() as uow:
        flow.services["notices"].post(
            uow, key, channel=CHANNEL, citizen=flow.citizen, dedupe_key=f"{key}:{flow.citizen}{more}", data=data
        )


def waiting(engine: Engine, flow: Flow) -> list[datetime]:
    query = text("SELECT next_attempt_at FROM outbound_message WHERE lane = :c AND dedupe_key IS NOT NULL ORDER BY seq")
    with engine.connect() as connection:
        return list(connection.execute(query, {"c": flow.citizen}).scalars())


def test_a_topic_is_turned_off_in_two_taps_and_on_again_in_one(owner: Flow, chat_units: UnitOfWorkFactory) -> None:
    owner.say("通知設定")
    answer = owner.press("不要「新帳單」")
    assert settings(owner, chat_units) == Settings(frozenset({Topic.NEW_BILL}))
    assert "已更改通知設定" in answer
    assert "新帳單\n不通知" in answer
    owner.press("要「新帳單」")
    assert settings(owner, chat_units) == Settings()


@pytest.mark.parametrize("display", list(Display))
@pytest.mark.parametrize("language", ["zh-Hant", "en-US"])
def test_every_choice_has_its_button_in_every_display(
    make_flow: Callable[..., Flow], display: Display, language: str
) -> None:
    flow = make_flow(line_language=language)
    flow.say("說明")
    flow.say({"normal": "一般", "large": "大字", "plain": "純文字"}[display])
    flow.say("通知設定" if language == "zh-Hant" else "notices")
    data = [action.get("data", "") for action in flow.answer.every]
    offered = flow.registry.conversations["notice_settings"].offered
    for topic in offered:
        assert f"notice_settings.turn?topic={topic.value}&to=off" in data
    slots = {"notice_settings.slot?to=09-12", "notice_settings.slot?to=18-21"}
    assert slots | {"notice_settings.channel?to=sms", "notice_settings.channel?to=both"} <= set(data)


def test_only_what_something_tells_and_one_may_miss_is_offered(flow: Flow) -> None:
    offered = flow.registry.conversations["notice_settings"].offered
    assert set(offered) >= {Topic.NEW_BILL, Topic.DUE_SOON, Topic.DUE_TOMORROW, Topic.OVERDUE}
    assert all(TREATMENTS[topic].optional for topic in offered)


def test_a_slot_chosen_holds_for_all_vehicles(owner: Flow, plate: str, chat_units: UnitOfWorkFactory) -> None:
    bind(owner, plate)
    bind(owner, plate.replace("RAB", "RAC"))
    assert "目前是「13:00–18:00」。" in owner.say("通知設定")
    answer = owner.press("18:00–21:00")
    assert "目前是「18:00–21:00」。" in answer
    assert settings(owner, chat_units).slot == Slot(18, 21)
    with chat_units() as uow:
        bound = owner.services["vehicles"].of(uow, CHANNEL, owner.citizen)
    assert {one.services.reminder for one in bound} == {Slot(18, 21)}


def test_sms_needs_a_number(flow: Flow, owner: Flow, chat_units: UnitOfWorkFactory) -> None:
    flow.say("通知設定")
    assert "註冊" in flow.press("簡訊")
    assert settings(flow, chat_units).channel is Channel.LINE
    owner.say("通知設定")
    assert "目前是「LINE 和簡訊」。" in owner.press("LINE 和簡訊")
    assert settings(owner, chat_units).channel is Channel.BOTH


@pytest.mark.parametrize(
    "data",
    [
        "notice_settings.turn?topic=own_act&to=off",
        "notice_settings.turn?topic=x&to=off",
        "notice_settings.turn?topic=new_bill&to=maybe",
        "notice_settings.turn",
        "notice_settings.slot?to=03-04",
        "notice_settings.slot?to=x",
        "notice_settings.channel?to=pigeon",
        "notice_settings.channel",
    ],
)
def test_made_up_buttons_change_nothing(owner: Flow, chat_units: UnitOfWorkFactory, data: str) -> None:
    assert "沒有任何設定被更動" in owner.send_data(data)
    assert settings(owner, chat_units) == Settings()


def test_at_night_an_answer_goes_at_once_and_the_rest_in_the_morning(
    owner: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine, clock: MovableClock
) -> None:
    clock.set(datetime.now(UTC).replace(hour=15, minute=45) + timedelta(days=1))  # 23:45 of a night to come
    morning = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    notify(owner, chat_units, "refund_progress")
    notify(owner, chat_units, "payment_done")
    refund, payment = waiting(chat_engine, owner)
    assert refund == morning, "08:00 in Taiwan"
    assert payment == clock.now(), "whoever pays at night is awake"


def test_no_notice_goes_twice_and_nobody_is_told_past_the_rule(
    owner: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine
) -> None:
    notify(owner, chat_units, "payment_done")
    notify(owner, chat_units, "payment_done")
    assert len(told(chat_engine, owner)) == 1
    owner.event("unfollow")
    notify(owner, chat_units, "refund_progress")
    notify(owner, chat_units, "payment_done", again=1)
    assert ["繳費成功" in answer for answer in told(chat_engine, owner)] == [True, True], "blocked: answers alone"


def test_a_notice_of_several_topics_must_say_which(owner: Flow, chat_units: UnitOfWorkFactory) -> None:
    with pytest.raises(ValueError, match="bills_due is about overdue"):
        notify(owner, chat_units, "bills_due")


def test_the_record_tells_what_was_sent_and_how_far_it_came(
    owner: Flow, chat_units: UnitOfWorkFactory, clock: MovableClock
) -> None:
    assert "最近 90 天沒有傳過通知給您。" in owner.say("通知紀錄")
    notify(owner, chat_units, "payment_done")
    assert "11/21（六）\n14:02 繳費成功（尚未傳送）" in owner.say("通知紀錄")
    for outcome, shown in (("pushed", "14:02 繳費成功\n"), ("denied", "14:02 繳費成功（LINE 未送達）")):
        with chat_units() as uow:
            uow.connection.execute(
                text("UPDATE outbound_message SET ended_at = now(), outcome = :o WHERE lane = :c"),
                {"o": outcome, "c": owner.citizen},
            )
        assert shown in owner.say("通知紀錄")
    clock.move(days=RECORD_DAYS, hours=1)
    assert "最近 90 天沒有傳過通知給您。" in owner.say("通知紀錄")
    with chat_units() as uow:
        owner.services["notice_rules"].forget(uow)
        mine = {"c": owner.citizen}
        assert uow.connection.execute(text("SELECT count(*) FROM notice WHERE citizen = :c"), mine).scalar() == 0


def test_a_notice_by_sms_says_what_a_lock_screen_may_show_and_stands_in_the_record(
    owner: Flow, chat_units: UnitOfWorkFactory, clock: MovableClock
) -> None:
    planning = owner.services["planning"]
    owner.say("通知設定")
    owner.press("簡訊")
    letter = Letter(CHANNEL, owner.citizen, f"sms:{owner.citizen}")
    with chat_units() as uow:
        (going,) = planning.plan(uow, Topic.OVERDUE, [letter])
        assert going.plan == Plan(clock.now(), line=False, sms=True)
        assert planning.keep(uow, "bills_due", Topic.OVERDUE, [(going, None)]) == {letter.dedupe_key}
        planning.by_sms(uow, Topic.OVERDUE, going, "停車通：您有 1 筆停車費待繳，共 40 元")
    assert "停車費提醒（簡訊尚未傳送）" in owner.say("通知紀錄")
    assert [sms.text for sms in deliver(chat_units, owner.services)] == ["停車通：您有 1 筆停車費待繳，共 40 元"]
    assert "停車費提醒（已傳簡訊）" in owner.say("通知紀錄")


def test_the_record_has_pages(owner: Flow, chat_units: UnitOfWorkFactory) -> None:
    for number in range(25):
        notify(owner, chat_units, "payment_done", number=number)
    assert owner.say("通知紀錄").shown.count("繳費成功") == 20
    older = owner.press("看更早的通知")
    assert older.shown.count("繳費成功") == 5
    assert "看更早的通知" not in older.buttons
    assert owner.send_data("notice_record.older?page=x").shown.count("繳費成功") == 20
