"""Whose vehicle it is: checked owners are told at once, and everybody is asked once a year."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from domain.plates import Plate
from infra.database import UnitOfWorkFactory
from services import bill_news
from services.bill_news import SLIP_KEPT, TELL_NEWS
from services.ledger_import import import_csv
from services.ownership import A_YEAR, Ownership
from tests.clock import MovableClock
from tests.flow import CHANNEL, Flow
from tests.handlers.registered import bind, told
from tests.notices.ledger import settle
from tests.notices.reminding import AFTERNOON, MORNING, TODAY, Reminding

NIGHT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)  # 22:00 in Taiwan
HEADER = "agency,number,plate,kind,amount,deadline"


def numbered(number: str) -> str:
    """As a slip shows it."""
    return number.replace("-", "")


def bring(units: UnitOfWorkFactory, plate: str, *numbers: str) -> None:
    """An agency's file with a bill of each number."""
    rows = [f"PARKA,{numbered(number)},{plate},car,20,{TODAY + timedelta(days=30)}" for number in numbers]
    refused: list[str] = []
    with units() as uow:
        import_csv(
            uow,
            io.BytesIO("\n".join([HEADER, *rows, ""]).encode()),
            refused=lambda _line, why: refused.append(why),
        )
    assert refused == []


def jobs(engine: Engine) -> int:
    """How many jobs to tell at once wait."""
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :t AND status = 'todo'")
        return int(connection.execute(query, {"t": TELL_NEWS}).scalar_one())


@pytest.fixture
def ownership(make_flow: Callable[..., Flow]) -> Ownership:
    made: Ownership = make_flow().services["ownership"]
    return made


@pytest.fixture
def check(ownership: Ownership, chat_units: UnitOfWorkFactory) -> Callable[..., UUID]:
    """Staff have seen the registration of this plate's first binder, or take it back."""

    def done(plate: str, *, owner: bool = True) -> UUID:
        with chat_units() as uow:
            binding_id = ownership.binders(uow, Plate(plate))[0].binding_id
            assert ownership.check(uow, binding_id, staff="s-17", owner=owner)
        return binding_id

    return done


def test_a_checked_owner_is_told_at_once_and_the_other_in_the_slot(
    make_owner: Callable[..., Flow],
    plate: str,
    reminding: Reminding,
    check: Any,
    chat_units: UnitOfWorkFactory,
    chat_engine: Engine,
) -> None:
    checked, other = make_owner(), make_owner()
    for each in (checked, other):
        bind(each, plate)
    check(plate)
    before = jobs(chat_engine)
    bring(chat_units, plate, f"{plate}-1", f"{plate}-2")
    assert jobs(chat_engine) == before + 1, "in the transaction that brought them"
    reminding.news_at(MORNING)
    assert (reminding.told(checked), reminding.told(other)) == (["您有 2 筆停車費待繳，共 40 元"], [])
    assert reminding.news_at(MORNING) == 0, "looked at once"
    reminding.at(AFTERNOON)
    assert (len(reminding.told(checked)), len(reminding.told(other))) == (1, 1)
    bring(chat_units, plate, f"{plate}-1", f"{plate}-2")
    reminding.news_at(AFTERNOON)
    assert len(reminding.told(checked)) == 1, "the same file again is no news"


def test_what_comes_at_night_is_told_in_the_morning_if_it_is_still_owed(
    owner: Flow, plate: str, reminding: Reminding, check: Any, chat_units: UnitOfWorkFactory
) -> None:
    bind(owner, plate)
    check(plate)
    bring(chat_units, plate, f"{plate}-1", f"{plate}-2")
    assert reminding.news_at(NIGHT) == 0
    settle(chat_units, numbered(f"{plate}-2"))
    reminding.news_at(NIGHT + timedelta(hours=10))
    assert reminding.told(owner) == ["您有 1 筆停車費待繳，共 20 元"]


def test_who_gave_that_very_slips_number_is_told_of_it_alone_at_once(
    owner: Flow, plate: str, reminding: Reminding, chat_units: UnitOfWorkFactory, clock: MovableClock
) -> None:
    bind(owner, plate)
    number = plate.replace("-", "") + "00001"
    owner.say(number)
    bring(chat_units, plate, number, f"{number}9")
    reminding.news_at(MORNING)
    assert reminding.told(owner) == ["您有 1 筆停車費待繳，共 20 元"]
    reminding.at(AFTERNOON)
    assert len(reminding.told(owner)) == 2, "the other one in the slot"
    with chat_units() as uow:
        uow.connection.execute(text("UPDATE given_slip SET given_at = now() - :kept"), {"kept": 2 * SLIP_KEPT})
        assert bill_news.forget_slips(uow) >= 1


def test_a_check_is_in_the_audit_and_can_be_taken_back(
    owner: Flow, plate: str, reminding: Reminding, check: Any, chat_units: UnitOfWorkFactory
) -> None:
    bind(owner, plate)
    check(plate)
    binding_id = check(plate, owner=False)
    with chat_units() as uow:
        query = text("SELECT action, actor FROM audit_row WHERE subject_id = :id ORDER BY id")
        rows = [tuple(row) for row in uow.connection.execute(query, {"id": str(binding_id)})]
    assert rows[-2:] == [("vehicle.checked", "s-17"), ("vehicle.unchecked", "s-17")]
    bring(chat_units, plate, f"{plate}-1")
    reminding.news_at(MORNING)
    assert reminding.told(owner) == []


def test_a_years_question_is_asked_once_and_its_answers_do_what_they_say(
    make_owner: Callable[..., Flow],
    plate: str,
    ownership: Ownership,
    chat_units: UnitOfWorkFactory,
    chat_engine: Engine,
    clock: MovableClock,
) -> None:
    keeps, sells = make_owner(), make_owner()
    for each in (keeps, sells):
        bind(each, plate)
    with chat_units() as uow:
        uow.connection.execute(
            text("UPDATE binding SET wondered_at = now() + interval '9 years' WHERE plate <> :p"), {"p": plate}
        )
        clock.set(uow.connection.execute(text("SELECT now()")).scalar_one() + A_YEAR - timedelta(days=1))
        assert ownership.wonder(uow) == 0
    clock.move(days=2)
    for expected in (2, 0):
        with chat_units() as uow:
            assert ownership.wonder(uow) == expected
    asked = [told(chat_engine, each)[-1] for each in (keeps, sells)]
    assert all(f"{plate} 還是您的車嗎？" in one for one in asked)
    clock.move(days=100)
    assert "照常" in keeps.press("是，還是我的", asked[0])
    assert "不會再提醒" in sells.press("已賣出", asked[1])
    assert "車輛已賣出" in sells.say("歷程")
    assert "確認車輛還是您的" in keeps.say("歷程")
    assert "沒有綁定這輛車" in sells.press("已賣出", asked[1]), "an old button"
    clock.move(days=364)
    with chat_units() as uow:
        assert ownership.wonder(uow) == 0, "a year from the answer, not from the question"
    clock.move(days=2)
    with chat_units() as uow:
        assert ownership.wonder(uow) == 1, "who sold it is not asked again"


def test_a_vehicle_may_have_a_channel_of_its_own(
    owner: Flow, plate: str, reminding: Reminding, chat_units: UnitOfWorkFactory
) -> None:
    bind(owner, plate)
    bind(owner, plate.replace("RAB", "RAD"))
    owner.say("我的車輛")
    owner.press("編輯")
    owner.press("更改提醒管道")
    assert "目前：同通知設定" in owner.answer
    owner.press("簡訊")
    assert "13:00–18:00" in owner.answer
    assert "簡訊" in owner.answer
    for number, one in (("1", plate), ("2", plate.replace("RAB", "RAD"))):
        bring(chat_units, one, f"{plate}-{number}")
    reminding.at(AFTERNOON)
    assert reminding.told(owner) == ["您有 1 筆停車費待繳，共 20 元"], "the other by SMS"
    with chat_units() as uow:
        query = text("SELECT count(*) FROM sms_message WHERE channel = :channel AND citizen = :citizen")
        sms = uow.connection.execute(query, {"channel": CHANNEL, "citizen": owner.citizen}).scalar()
    assert sms == 1
    assert "這個按鈕不能使用" in owner.send_data(f"vehicle_channel.choose?to=pigeon&plate={plate}&kind=car")
