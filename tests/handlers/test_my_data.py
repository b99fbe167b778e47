"""我的資料 and 歷程 as citizens live them: see, correct in three taps, a new number by code, a copy of everything."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.accounts import Account
from infra.database import UnitOfWorkFactory
from services import account_history, vehicles
from services.history import WHAT
from tests.accounts import code_in, deliver, new_mobile
from tests.flow import CHANNEL, Answer, Flow
from tests.handlers.newcomers import Newcomer, age, wrong

DAY = re.compile(r"[0-9]{1,2}/[0-9]{1,2}（[一二三四五六日]）")


@pytest.fixture
def citizen(flow: Flow, chat_units: UnitOfWorkFactory) -> Newcomer:
    """Somebody who has registered."""
    newcomer = Newcomer(flow, chat_units)
    newcomer.register()
    return newcomer


def account(citizen: Newcomer) -> Account:
    with citizen.units() as uow:
        found: Account = citizen.flow.services["accounts"].require(uow, CHANNEL, citizen.flow.citizen)
        return found


def grouped(mobile: str) -> str:
    return f"{mobile[:4]}-{mobile[4:7]}-{mobile[7:]}"


def test_one_sees_what_is_kept(citizen: Newcomer) -> None:
    answer = citizen.flow.say("我的資料")
    for shown in ("王小明", grouped(citizen.mobile), "未提供"):
        assert shown in answer
    assert answer.messages[0]["altText"] == "我的資料"


def test_somebody_not_registered_is_told_what_is_kept_all_the_same(flow: Flow) -> None:
    answer = flow.say("我的資料")
    assert "我們沒有您的姓名" in answer
    assert "同意" in flow.press("註冊")


@pytest.mark.parametrize("words", ["更正姓名", "更正 E-mail", "更換手機號碼"])
def test_a_button_to_correct_pressed_after_leaving_leads_to_registering(citizen: Newcomer, words: str) -> None:
    shown = citizen.flow.say("我的資料")
    citizen.flow.say("註銷")
    citizen.flow.press("確定註銷")
    assert "需要先註冊" in citizen.flow.press(words, shown)
    assert citizen.flow.waiting is None


def test_a_name_is_corrected_in_three_taps(citizen: Newcomer) -> None:
    citizen.flow.say("我的資料")
    citizen.flow.press("更正姓名")
    assert "姓名已更正" in citizen.flow.say("　王大明 ")
    assert account(citizen).name == "王大明"
    assert citizen.history()[-1] == "account.name_corrected"


@pytest.mark.parametrize("name", ["<b>王</b>", "長" * 10_000, "0912345678", "王\n明"])
def test_what_no_name_contains_is_refused_and_changes_nothing(citizen: Newcomer, name: str) -> None:
    citizen.flow.say("我的資料")
    citizen.flow.press("更正姓名")
    assert "請輸入姓名" in citizen.flow.say(name)
    assert citizen.flow.waiting == "name"
    assert account(citizen).name == "王小明"


def test_an_email_is_added_corrected_and_removed(citizen: Newcomer) -> None:
    flow = citizen.flow
    for given, kept in (("ａ@example.com", "a@example.com"), ("b@example.com", "b@example.com")):
        flow.say("我的資料")
        flow.press("更正 E-mail")
        assert "E-mail 已更正" in flow.say(given)
        assert account(citizen).email == kept
    flow.say("我的資料")
    flow.press("更正 E-mail")
    assert "不是可以收信的" in flow.say("b@")
    assert "E-mail 已移除" in flow.press("不留 E-mail")
    assert account(citizen).email is None


def to_new_number(citizen: Newcomer, mobile: str) -> Answer:
    age(citizen.units, citizen.flow.citizen, timedelta(minutes=5))  # since the code of registering
    citizen.flow.say("我的資料")
    citizen.flow.press("更換手機號碼")
    return citizen.flow.say(mobile)


def test_a_new_number_is_proved_by_its_code_and_the_old_one_is_told(citizen: Newcomer) -> None:
    old, new = citizen.mobile, new_mobile()
    asked = to_new_number(citizen, new)
    assert f"{new[:4]}-•••-{new[-3:]}" in asked
    sms = deliver(citizen.units, citizen.flow.services)
    assert [one.mobile.national for one in sms] == [new]
    assert account(citizen).mobile.national == old
    assert "手機號碼已更換" in citizen.flow.say(code_in(sms[0]))
    assert account(citizen).mobile.national == new
    told = deliver(citizen.units, citizen.flow.services)
    assert [one.mobile.national for one in told] == [old]
    assert told[0].text.startswith(f"末三碼{old[-3:]}｜臺北市停管處")
    assert new not in told[0].text


def test_wrong_codes_run_out_and_change_nothing(citizen: Newcomer) -> None:
    to_new_number(citizen, new_mobile())
    code = code_in(deliver(citizen.units, citizen.flow.services)[0])
    assert "還可以再試 2 次" in citizen.flow.say(wrong(code))
    assert "5 位數" in citizen.flow.say("12")
    assert "還可以再試 1 次" in citizen.flow.say(wrong(code))
    assert "已經不能使用" in citizen.flow.say(wrong(code))
    assert citizen.flow.waiting is None
    assert account(citizen).mobile.national == citizen.mobile


def test_the_same_number_and_no_number_are_refused(citizen: Newcomer) -> None:
    assert "目前登記的號碼" in to_new_number(citizen, citizen.mobile)
    assert citizen.flow.waiting == "mobile"
    citizen.flow.say("12345")
    assert citizen.flow.waiting == "mobile"
    assert deliver(citizen.units, citizen.flow.services) == []


def test_a_number_of_another_account_is_not_taken_and_neither_sees_the_other(
    citizen: Newcomer, make_flow: Callable[..., Flow]
) -> None:
    other = Newcomer(make_flow(), citizen.units)
    other.register("陳大文")
    to_new_number(citizen, other.mobile)
    answer = citizen.flow.say(code_in(deliver(citizen.units, citizen.flow.services)[-1]))
    assert "登記在另一個帳戶" in answer
    assert "陳大文" not in answer
    assert account(citizen).mobile.national == citizen.mobile
    assert account(other).mobile.national == other.mobile


def test_a_changed_mind_and_a_stale_button_change_nothing(citizen: Newcomer) -> None:
    citizen.flow.say("我的資料")
    asked = citizen.flow.press("更正 E-mail")
    assert "已取消" in citizen.flow.say("取消")
    assert "較早的步驟" in citizen.flow.press("不留 E-mail", asked)


def test_history_tells_what_and_when_the_newest_first(citizen: Newcomer) -> None:
    citizen.flow.say("我的資料")
    citizen.flow.press("更正姓名")
    citizen.flow.say("王大明")
    answer = citizen.flow.say("歷程")
    assert answer.shown.index("更正姓名") < answer.shown.index("完成註冊")
    when, what = DAY.search(answer.shown), re.search(r"([0-9:]{5} 更正姓名)\n([0-9:]{5} 完成註冊)", answer.shown)
    assert when, "the day, once"
    assert len(DAY.findall(answer.shown)) == 1
    assert what, "times and kinds, line by line"
    assert "王大明" not in answer
    assert answer.link("撥打") == "tel:1999"


def test_history_of_somebody_not_registered(flow: Flow) -> None:
    assert "需要先註冊" in flow.say("歷程")


def test_in_english(make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory) -> None:
    flow = make_flow(line_language="en")
    flow.say("register")
    flow.press("I agree")
    flow.say(new_mobile())
    flow.say(code_in(deliver(chat_units, flow.services)[-1]))
    flow.say("Ann Lee")
    assert "Ann Lee" in flow.say("my data")
    flow.press("Correct name")
    assert "has been corrected" in flow.say("Ann Li")
    assert "Registered" in flow.say("history")
    assert "good for 10 minutes" in flow.press("Download everything", flow.say("my data"))


def test_every_kind_of_change_has_its_words() -> None:
    rooms = (account_history, vehicles)
    kinds = {
        value
        for room in rooms
        for name, value in vars(room).items()
        if name.isupper() and isinstance(value, str) and "." in value
    }
    assert len(kinds) > 8
    assert kinds - set(WHAT) == set()
