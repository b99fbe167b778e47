"""我的資料 and 註銷 amid other things: minds that change, another language, two devices, a lost dialog, old buttons."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.accounts import Account, AccountState
from infra.database import UnitOfWorkFactory
from tests.accounts import new_mobile
from tests.flow import CHANNEL, Flow
from tests.handlers.newcomers import NAME, Newcomer, age


@pytest.fixture
def citizen(flow: Flow, chat_units: UnitOfWorkFactory) -> Newcomer:
    """Somebody who has registered, a while ago."""
    newcomer = Newcomer(flow, chat_units)
    newcomer.register()
    age(chat_units, flow.citizen, timedelta(seconds=61))
    return newcomer


def account(citizen: Newcomer) -> Account:
    with citizen.units() as uow:
        found: Account = citizen.flow.services["accounts"].registered(uow, CHANNEL, citizen.flow.citizen)
        return found


def begin(citizen: Newcomer, button: str) -> None:
    citizen.flow.say("我的資料")
    citizen.flow.press(button)


def until_code(citizen: Newcomer, mobile: str) -> str:
    begin(citizen, "更換手機號碼")
    citizen.flow.say(mobile)
    return citizen.code()


@pytest.mark.parametrize(
    ("button", "given", "done"),
    [
        ("更正姓名", "王大明", "Your name has been corrected"),
        ("更正 E-mail", "a@example.com", "Your e-mail address has been corrected"),
    ],
)
def test_another_language_amid_a_correction_goes_on_in_that_language(
    citizen: Newcomer, button: str, given: str, done: str
) -> None:
    begin(citizen, button)
    step = citizen.flow.waiting
    citizen.flow.say("English")
    assert citizen.flow.waiting == step, "the question is asked again, not lost"
    assert done in citizen.flow.say(given)


def test_another_language_amid_a_new_number_keeps_the_code(citizen: Newcomer) -> None:
    mobile = new_mobile()
    code = until_code(citizen, mobile)
    citizen.flow.say("English")
    assert citizen.flow.waiting == "code"
    citizen.flow.say(code)
    assert account(citizen).mobile.national == mobile


def test_a_mind_may_change_at_each_step_of_a_new_number(citizen: Newcomer) -> None:
    flow, first, second = citizen.flow, new_mobile(), new_mobile()
    begin(citizen, "更換手機號碼")
    assert "已取消" in flow.say("取消")
    until_code(citizen, first)
    assert "新的手機號碼" in flow.say("上一步"), "the number was wrong: another one"
    age(citizen.units, flow.citizen, timedelta(seconds=61))
    flow.say(second)
    code = citizen.code()
    assert "待繳" in flow.say("說明").buttons
    assert account(citizen).mobile.national == citizen.mobile
    assert flow.say(code).messages, "the dialog was left: a code alone changes nothing, and is not met with silence"
    assert account(citizen).mobile.national == citizen.mobile


def test_a_lost_dialog_before_the_code_changes_nothing_and_says_how_to_go_on(citizen: Newcomer) -> None:
    mobile = new_mobile()
    code = until_code(citizen, mobile)
    citizen.flow.forget_dialog()
    assert citizen.flow.say(code).messages, "never silence"
    assert account(citizen).mobile.national == citizen.mobile
    age(citizen.units, citizen.flow.citizen, timedelta(seconds=61))
    citizen.flow.say(until_code(citizen, mobile))
    assert account(citizen).mobile.national == mobile


def test_two_devices_at_once_the_later_correction_holds(citizen: Newcomer) -> None:
    shown = citizen.flow.say("我的資料")
    citizen.flow.press("更正姓名", shown)
    citizen.flow.press("更正 E-mail", shown)
    assert citizen.flow.waiting == "email", "one citizen is at one question, whichever device asked last"
    assert "E-mail 已更正" in citizen.flow.say("b@example.com")
    assert (account(citizen).name, account(citizen).email) == (NAME, "b@example.com")


def test_two_devices_at_once_leave_once(citizen: Newcomer) -> None:
    asked = citizen.flow.say("註銷")
    assert "已註銷" in citizen.flow.press("確定註銷", asked)
    assert "較早的步驟" in citizen.flow.press("確定註銷", asked)
    with citizen.units() as uow:
        count = text("SELECT count(*) FROM leaving WHERE citizen = :who")
        assert uow.connection.execute(count, {"who": citizen.flow.citizen}).scalar() == 1
    assert citizen.state() is AccountState.LEAVING


def test_a_lost_dialog_before_leaving_leaves_nobody(citizen: Newcomer) -> None:
    asked = citizen.flow.say("註銷")
    citizen.flow.forget_dialog()
    assert "較早的步驟" in citizen.flow.press("確定註銷", asked)
    assert citizen.state() is AccountState.LIVE


def test_another_language_before_leaving_asks_again_in_it(citizen: Newcomer) -> None:
    asked = citizen.flow.say("註銷")
    again = citizen.flow.say("English")
    assert citizen.flow.waiting == "confirm"
    assert citizen.state() is AccountState.LIVE
    assert "earlier step" in citizen.flow.press("確定註銷", asked), "the older card is in the other language"
    assert citizen.state() is AccountState.LIVE
    citizen.flow.press("Delete for good", again)
    assert citizen.state() is AccountState.LEAVING


@pytest.mark.parametrize("button", ["更正姓名", "更正 E-mail", "更換手機號碼"])
def test_a_word_of_another_conversation_leaves_a_correction(citizen: Newcomer, button: str) -> None:
    begin(citizen, button)
    assert "綁定" in citizen.flow.say("我的車輛")
    assert citizen.flow.waiting is None
    kept = account(citizen)
    assert (kept.name, kept.email, kept.mobile.national) == (NAME, None, citizen.mobile)


def test_the_button_for_no_e_mail_of_an_older_question_changes_nothing(citizen: Newcomer) -> None:
    begin(citizen, "更正 E-mail")
    older = citizen.flow.answer
    citizen.flow.say("a@example.com")
    assert "較早的步驟" in citizen.flow.press("不留 E-mail", older)
    assert account(citizen).email == "a@example.com"
