"""聯絡我們: two taps to a person; the bot keeps quiet while a case is open."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from domain.desk import PhotoState
from domain.reader import Display, Language
from infra.database import UnitOfWorkFactory
from tests.clock import MovableClock
from tests.flow import Answer, Flow
from tests.handlers.cities import CitiesInHand
from tests.handlers.contacting import AT_NIGHT, OPEN_HOURS, STAFF, answer, begin, case, set_back, wrote
from tests.handlers.registered import told


def test_two_taps_reach_a_person(flow: Flow, chat_units: UnitOfWorkFactory, clock: MovableClock) -> None:
    clock.set(OPEN_HOURS)
    asked = flow.say("聯絡我們")
    assert "請直接在這裡寫下您的問題" in asked
    assert "上班日 08:30–17:30" in asked
    assert asked.link("撥打 02-2726") == "tel:0227269600"
    done = flow.say("我重複繳費了，車牌 ABC-1234")
    assert "已收到您的訊息" in done
    assert "承辦人員會在這裡回覆您。" in done
    view = case(flow, chat_units)
    assert view.line.number in done
    assert view.line.waiting
    assert view.line.unread == 1
    assert wrote(flow, chat_units) == ["我重複繳費了，車牌 ABC-1234"]


def test_when_nobody_is_there_the_day_is_said(flow: Flow, clock: MovableClock, chat_engine: Engine) -> None:
    clock.set(AT_NIGHT)
    assert "現在不是服務時間，11/23（一）起回覆您。" in begin(flow)
    flow.say("結束")
    with chat_engine.begin() as connection:
        connection.execute(text("INSERT INTO office_day (day, works, name) VALUES ('2026-11-23', false, '颱風假')"))
    try:
        assert "11/24（二）起回覆您。" in begin(flow)
    finally:
        with chat_engine.begin() as connection:
            connection.execute(text("DELETE FROM office_day WHERE day = '2026-11-23'"))


def test_the_bot_is_quiet_while_the_case_is_open(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    begin(flow)
    for words in ("ABC-1234", "Q7078443D090001", "什麼時候退款", "你好"):
        assert not flow.say(words).messages
    assert not flow.send_location().messages
    assert not flow.send_sticker().messages
    assert wrote(flow, chat_units)[1:5] == ["ABC-1234", "Q7078443D090001", "什麼時候退款", "你好"]
    assert "25.00000, 121.50000" in str(wrote(flow, chat_units)[5])
    assert wrote(flow, chat_units)[6] == "（貼圖）"
    assert case(flow, chat_units).line.unread == 7


def test_what_cannot_be_passed_on_is_said(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    begin(flow)
    assert "這一則沒有送出" in flow.send_other("video")
    assert len(wrote(flow, chat_units)) == 1


def test_the_menu_works_meanwhile_and_the_case_goes_on(
    flow: Flow, chat_units: UnitOfWorkFactory, cities_in_hand: CitiesInHand
) -> None:
    begin(flow)
    flow.say("待繳")
    assert flow.waiting
    flow.say("AB-1234")  # the question that waits takes it
    assert len(wrote(flow, chat_units)) == 1
    assert "待繳停車單" in flow.answer
    flow.say("語言")
    assert not flow.say("謝謝").messages
    assert wrote(flow, chat_units)[-1] == "謝謝"


def test_days_later_the_answer_to_staff_still_reaches_them(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    begin(flow)
    answer(flow, chat_units)
    flow.forget_dialog()
    assert not flow.say("ABC-1234").messages
    assert wrote(flow, chat_units) == ["我重複繳費了", "請提供車牌", "ABC-1234"]
    assert case(flow, chat_units).line.waiting


def test_an_answer_comes_into_the_chat_once(flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine) -> None:
    begin(flow)
    thread, message = case(flow, chat_units).line.id, uuid.uuid4()
    for _ in range(2):
        with chat_units() as uow:
            flow.services["thread_answers"].answer(uow, thread, message, "已為您辦理退款", staff=STAFF)
    notices = told(chat_engine, flow)
    assert len(notices) == 1
    assert "客服回覆" in notices[0]
    assert "已為您辦理退款" in notices[0]
    assert "退款" not in notices[0].messages[0]["altText"], "nothing of the case on a lock screen"
    assert case(flow, chat_units).line.unread == 0
    assert case(flow, chat_units).line.first_answer_at is not None


def test_contact_once_more_leads_to_the_open_case(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    begin(flow)
    again = flow.say("客服")
    assert "您的案件正在處理" in again
    assert case(flow, chat_units).line.number in again
    assert not flow.say("補充").messages
    assert wrote(flow, chat_units) == ["我重複繳費了", "補充"]


def test_a_changed_mind_leaves_no_case(flow: Flow, chat_engine: Engine) -> None:
    flow.say("聯絡我們")
    flow.say("取消")
    flow.say("聯絡我們")
    flow.say("待繳")
    with chat_engine.connect() as connection:
        count = text("SELECT count(*) FROM thread WHERE citizen = :citizen")
        assert connection.execute(count, {"citizen": flow.citizen}).scalar() == 0


def test_a_photo_can_be_the_first_word(flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine) -> None:
    flow.say("聯絡我們")
    assert "已收到您的訊息" in flow.send_photo()
    message = case(flow, chat_units).messages[0]
    assert message.photo is PhotoState.WAITING
    with chat_engine.connect() as connection:
        jobs = text("SELECT count(*) FROM procrastinate_jobs WHERE args->>'message_id' = :id")
        assert connection.execute(jobs, {"id": str(message.id)}).scalar() == 1


@pytest.mark.parametrize(("what", "most"), [("messages_a_day", 3), ("photos_a_day", 1)])
def test_a_flood_is_stopped_kindly(
    flow: Flow, chat_units: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch, what: str, most: int
) -> None:
    threads = flow.services["threads"]
    monkeypatch.setattr(threads, "rules", replace(threads.rules, **{what: most}))
    flow.say("聯絡我們")
    send: Callable[[], Answer] = flow.send_photo if what == "photos_a_day" else lambda: flow.say("又一則")
    for _ in range(most):
        send()
    assert "沒有送出；先前的都已送到" in send()
    assert len(wrote(flow, chat_units)) == most
    if what == "photos_a_day":
        assert not flow.say("文字可以").messages


def test_silence_after_an_answer_closes_the_case(
    flow: Flow, make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory, chat_engine: Engine
) -> None:
    other = make_flow()
    begin(flow)
    begin(other)
    answer(flow, chat_units)
    for each in (flow, other):
        set_back(chat_engine, each, "last_at", 8)
    with chat_units() as uow:
        flow.services["threads"].close_silent(uow)
    assert not case(flow, chat_units).line.open
    assert case(other, chat_units).line.open, "who was not answered waits"
    assert "這次的服務，您滿意嗎？" in told(chat_engine, flow)[-1]


@pytest.mark.parametrize("display", list(Display))
def test_in_english(
    make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory, chat_engine: Engine, display: Display
) -> None:
    flow = make_flow(line_language="en")
    flow.say("display")
    flow.press({Display.NORMAL: "Normal", Display.LARGE: "Large", Display.PLAIN: "Plain"}[display])
    assert "Write your question here." in flow.say("contact")
    done = flow.say("I paid twice")
    assert "We have your message" in done
    assert "working days, 08:30–17:30" in done
    answer(flow, chat_units, "We are looking into it.")
    assert "Answer from the office" in told(chat_engine, flow)[-1]
    ended = flow.press("Close case", done)
    assert "Are you satisfied with this service?" in ended
    assert "We are sorry" in flow.press("Not satisfied", ended)
    assert "The case is open again" in flow.press("I still need help", ended)
    assert case(flow, chat_units).writer.language is Language.EN  # type: ignore[union-attr]


def test_the_words_are_not_readable_in_the_database(flow: Flow, chat_engine: Engine) -> None:
    begin(flow, "我的祕密")
    with chat_engine.connect() as connection:
        query = text("SELECT words FROM thread_message m JOIN thread t ON t.id = m.thread_id WHERE citizen = :citizen")
        tokens: list[Any] = list(connection.execute(query, {"citizen": flow.citizen}).scalars())
    assert tokens
    assert all("祕密".encode() not in bytes(token) for token in tokens)
