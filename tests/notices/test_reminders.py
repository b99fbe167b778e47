"""繳費提醒: what is owed is told once, in the slot, several bills in one message, and never when it is no longer so."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from domain.notices import Topic
from domain.reminders import URGENCY, deadlines, topic_of
from infra.database import UnitOfWorkFactory
from tests.flow import CHANNEL, Flow
from tests.handlers.registered import bind, told
from tests.notices.ledger import owe, settle
from tests.notices.reminding import AFTERNOON, MORNING, TODAY, Reminding


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-400, 400))
def test_every_deadline_is_told_as_exactly_one_thing(today: date, days: int) -> None:
    deadline = today + timedelta(days=days)
    topics = [
        topic
        for topic in URGENCY
        for first, last in [deadlines(topic, today)]
        if (first or date.min) <= deadline <= (last or date.max)
    ]
    assert topics == [topic_of(deadline, today)]
    assert topic_of(deadline, today, dunned=True) is Topic.OVERDUE
    assert topic_of(None, today) is Topic.NEW_BILL


def test_several_bills_make_one_message_in_the_slot_and_none_is_told_twice(
    owner: Flow, plate: str, reminding: Reminding, chat_units: UnitOfWorkFactory
) -> None:
    bind(owner, plate)
    owe(chat_units, plate, f"{plate}-1", TODAY + timedelta(days=30))
    owe(chat_units, plate, f"{plate}-2", TODAY + timedelta(days=3), 40)
    reminding.at(MORNING)
    assert reminding.told(owner) == [], "the slot has not begun"
    reminding.at(AFTERNOON)
    assert reminding.told(owner) == ["您有 2 筆停車費待繳，共 60 元"]
    reminding.at(AFTERNOON + timedelta(days=2))
    assert reminding.told(owner)[1:] == ["您有 1 筆停車費待繳，共 40 元"], "due tomorrow; nothing else is new"
    settle(chat_units, f"{plate}-2")
    reminding.at(AFTERNOON + timedelta(days=4))
    assert len(reminding.told(owner)) == 2, "what is paid is overdue for nobody"


def test_a_dunning_notice_is_told_as_one_with_its_extra_charge(
    owner: Flow, plate: str, reminding: Reminding, chat_units: UnitOfWorkFactory
) -> None:
    bind(owner, plate)
    for number in "12":
        owe(chat_units, plate, f"{plate}-{number}", TODAY + timedelta(days=9), 20, notice=f"{plate}-N")
    reminding.at(AFTERNOON)
    assert reminding.told(owner) == ["您有 1 筆停車費待繳，共 90 元"]
    assert "逾期與催繳" in told(reminding.engine, owner)[-1]


def test_the_slot_is_the_citizens_and_services_begin_tomorrow(
    make_owner: Callable[..., Flow], plate: str, reminding: Reminding, chat_units: UnitOfWorkFactory
) -> None:
    early, usual = make_owner(), make_owner()
    bind(early, plate, "汽車")
    early.say("通知設定")
    early.press("09:00–12:00")
    bind(usual, plate)
    owe(chat_units, plate, f"{plate}-1", TODAY)
    reminding.at(AFTERNOON - timedelta(days=1))
    assert (reminding.told(early), reminding.told(usual)) == ([], []), "bound today, told from tomorrow"
    reminding.at(MORNING)
    assert (len(reminding.told(early)), len(reminding.told(usual))) == (1, 0)
    reminding.at(AFTERNOON)
    assert (len(reminding.told(early)), len(reminding.told(usual))) == (1, 1)


def test_nobody_is_told_of_a_vehicle_sold_or_of_what_they_turned_off(
    make_owner: Callable[..., Flow], plate: str, reminding: Reminding, chat_units: UnitOfWorkFactory
) -> None:
    sold, quiet, blocked = make_owner(), make_owner(), make_owner()
    for each in (sold, quiet, blocked):
        bind(each, plate)
    owe(chat_units, plate, f"{plate}-1", TODAY + timedelta(days=1))
    owe(chat_units, plate, f"{plate}-2", TODAY - timedelta(days=1))
    sold.say("解除綁定")
    sold.press("解除綁定")
    quiet.say("通知設定")
    quiet.press("不要「今天或明天到期」")
    blocked.event("unfollow")
    reminding.at(AFTERNOON)
    assert reminding.told(sold) == []
    assert reminding.told(quiet) == ["您有 1 筆停車費待繳，共 20 元"]
    assert reminding.told(blocked) == [], "by SMS instead"
    with chat_units() as uow:
        mine = {"channel": CHANNEL, "citizen": blocked.citizen}
        query = text("SELECT count(*) FROM sms_message WHERE channel = :channel AND citizen = :citizen")
        assert uow.connection.execute(query, mine).scalar() == 1


def test_a_bill_that_is_being_paid_is_left_alone(
    owner: Flow, plate: str, reminding: Reminding, chat_units: UnitOfWorkFactory
) -> None:
    bind(owner, plate)
    owe(chat_units, plate, f"{plate}-1", TODAY)
    with chat_units() as uow:
        order = uow.connection.execute(
            text("INSERT INTO orders (id, channel, state, bills, total, expires_at) VALUES (gen_random_uuid(), 'c', "
                 "'paying', '', 20, now() + interval '1 hour') RETURNING id")
        ).scalar_one()  # fmt: skip
        uow.connection.execute(
            text("INSERT INTO claim (order_id, agency, type, number, live) VALUES (:o, 'PARKA', 'bill', :n, true)"),
            {"o": order, "n": f"{plate}-1"},
        )
    reminding.at(AFTERNOON)
    assert reminding.told(owner) == []


def test_one_citizens_trouble_is_not_everybodys(
    make_owner: Callable[..., Flow],
    plate: str,
    reminding: Reminding,
    chat_units: UnitOfWorkFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    troubled, other = make_owner(), make_owner()
    for each in (troubled, other):
        bind(each, plate)
    owe(chat_units, plate, f"{plate}-1", TODAY)
    post = reminding.reminders._notices.post

    def failing(uow: Any, notice: str, *, citizen: str, **given: Any) -> None:
        if citizen == troubled.citizen:
            raise LookupError
        post(uow, notice, citizen=citizen, **given)

    with monkeypatch.context() as patched:
        patched.setattr(reminding.reminders._notices, "post", failing)
        reminding.clock.set(AFTERNOON)
        reminding.reminders.remind(chat_units)
    assert (reminding.told(troubled), len(reminding.told(other))) == ([], 1)
    reminding.at(AFTERNOON)
    assert (len(reminding.told(troubled)), len(reminding.told(other))) == (1, 1), "the next run makes it up"
