"""身分證字號 in the chat: told to be taken back, given to no step, kept nowhere; asked for on a one-time page only."""

from collections.abc import Callable
from datetime import date

import pytest

from domain.nationalid import BirthdayError, NationalIdError, Person, holds_one, is_valid
from infra.database import UnitOfWorkFactory
from services.person_links import LINKS_A_DAY
from tests.flow import Flow
from tests.handlers.newcomers import Newcomer
from tests.handlers.test_nothing_is_left import everything

ID = "A123456789"  # facts/taiwan.md §6.1
VALID = "A123456789 F131104093 O158238845 N116247806 Y123456788 AB23456789 AA00000009 A800000014 A900207177"
TODAY = date(2026, 11, 21)


def an_agency_answers(flow: Flow, units: UnitOfWorkFactory) -> None:
    with units() as uow:
        agencies = flow.services["agencies"]
        if not any(one.code == "PARKA" for one in agencies.all(uow)):
            agencies.add(uow, "PARKA", "示範機關", staff="anna")
            agencies.set_webhook(uow, "PARKA", "https://agency.example/hook", staff="anna")
            agencies.set_person_url(uow, "PARKA", "https://agency.example/persons", staff="anna")


@pytest.mark.parametrize("number", VALID.split())
def test_numbers_that_are_given_out_are_known(number: str) -> None:
    assert is_valid(number)
    assert not is_valid(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (ID, True),
        ("我的身分證 ａ123456789 生日 79/1/31", True),
        ("A123456788", False),
        ("BA123456789", False),  # part of something longer
        ("A1234567890", False),
        ("H60983881309263", False),  # a bill
        ("A[1,2]3456789", False),
    ],
)
def test_one_is_seen_in_a_text(text: str, *, holds: bool) -> None:
    assert holds_one(text) is holds


@pytest.mark.parametrize("birthday", ["1990-01-31", "1990/1/31", "79/1/31", "0790131", "19900131", "民國79年1月31日"])
def test_a_birthday_is_read_as_people_write_it(birthday: str) -> None:
    assert Person.parse(f" {ID.lower()} ", birthday, TODAY) == Person(ID, date(1990, 1, 31))


@pytest.mark.parametrize("birthday", ["", "1990/2/30", "2026/11/21", "1899/1/1", "yesterday", "31/1/1990x"])
def test_what_is_no_birthday_is_said_without_repeating_it(birthday: str) -> None:
    with pytest.raises(BirthdayError) as mistake:
        Person.parse(ID, birthday, TODAY)
    assert not birthday or birthday not in str(mistake.value)


def test_neither_a_repr_nor_an_error_shows_the_number() -> None:
    assert ID not in repr(Person(ID, TODAY))
    with pytest.raises(NationalIdError) as mistake:
        Person.parse("A123456788", "79/1/31", TODAY)
    assert "A123456788" not in f"{mistake.value!r} {mistake.value}"


def test_typed_it_is_to_be_taken_back(flow: Flow) -> None:
    answer = flow.say(f"身分證 {ID}，生日 1990/1/31")
    assert "請收回剛才的訊息" in answer
    assert "我們沒有使用，也沒有留存" in answer
    assert ID not in answer.shown
    assert answer.link("撥打") == "tel:1999"


def test_in_english(make_flow: Callable[..., Flow]) -> None:
    assert "Please unsend your message" in make_flow(line_language="en").say(ID)


def test_a_step_that_waits_is_not_given_it_and_goes_on(newcomer: Newcomer, chat_units: UnitOfWorkFactory) -> None:
    newcomer.flow.say("綁定車牌")
    newcomer.flow.press("同意")
    assert newcomer.flow.waiting == "phone"
    answer = newcomer.flow.say(ID)
    assert "請收回剛才的訊息" in answer
    assert "請輸入您的手機號碼" in answer
    assert newcomer.flow.waiting == "phone"
    assert ID not in str(newcomer.flow.dialog.dump())
    assert not [table for table, rows in everything(chat_units).items() if ID in rows]


def test_a_page_is_had_where_an_agency_can_be_asked(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    assert "目前沒有機關提供這項查詢" in flow.say("身分證查詢")
    an_agency_answers(flow, chat_units)
    try:
        flow.say(ID)
        flow.press("取得查詢頁") if "取得查詢頁" in flow.answer.buttons else flow.press("用身分證字號查帳單")
        assert flow.answer.link("開啟查詢頁").startswith("http://localhost:8000/person/")
        for _ in range(LINKS_A_DAY):
            flow.say("身分證查詢")
        assert f"一天最多查詢 {LINKS_A_DAY} 次" in flow.answer
        assert "請收回剛才的訊息" in flow.say(ID)
    finally:
        with chat_units() as uow:
            flow.services["agencies"].set_person_url(uow, "PARKA", None, staff="anna")
