"""The code of 註冊: wrong, late, replaced, oddly typed, and asked for again by a lost dialog."""

from datetime import timedelta

import pytest

from tests.handlers.newcomers import NAME, Newcomer, age, wrong


def test_three_wrong_codes_end_it_and_another_code_is_needed(newcomer: Newcomer) -> None:
    newcomer.until_code()
    code = newcomer.code()
    assert "再試 2 次" in newcomer.flow.say(wrong(code))
    assert "再試 1 次" in newcomer.flow.say(wrong(code))
    assert "已經不能使用" in newcomer.flow.say(wrong(code))
    assert "已經不能使用" in newcomer.flow.say(code)
    assert newcomer.state() is None
    assert "秒後可以再寄" in newcomer.flow.press("重寄驗證碼")
    age(newcomer.units, newcomer.flow.citizen, timedelta(seconds=61))
    newcomer.flow.press("重寄驗證碼")
    newcomer.flow.say(newcomer.code())
    assert "註冊完成" in newcomer.flow.say(NAME)


def test_a_code_ends_after_five_minutes(newcomer: Newcomer) -> None:
    newcomer.until_code()
    code = newcomer.code()
    age(newcomer.units, newcomer.flow.citizen, timedelta(seconds=301))
    assert "已經不能使用" in newcomer.flow.say(code)


def test_a_code_holds_until_five_minutes(newcomer: Newcomer) -> None:
    newcomer.until_code()
    code = newcomer.code()
    age(newcomer.units, newcomer.flow.citizen, timedelta(seconds=290))
    assert "姓名" in newcomer.flow.say(code)


def test_another_code_replaces_the_first(newcomer: Newcomer) -> None:
    newcomer.until_code()
    first = newcomer.code()
    age(newcomer.units, newcomer.flow.citizen, timedelta(seconds=61))
    newcomer.flow.press("重寄驗證碼")
    second = newcomer.code()
    if first != second:
        assert "再試 2 次" in newcomer.flow.say(first)
    assert "姓名" in newcomer.flow.say(second)


@pytest.mark.parametrize("typed", ["1 2 3 4", "123456", "驗證碼", "abcde"])
def test_what_is_no_code_costs_no_try(newcomer: Newcomer, typed: str) -> None:
    newcomer.until_code()
    for _ in range(4):
        assert "5 位數驗證碼" in newcomer.flow.say(typed)
    assert "姓名" in newcomer.flow.say(newcomer.code())


def test_a_code_may_be_typed_in_any_width(newcomer: Newcomer) -> None:
    newcomer.until_code()
    wide = newcomer.code().translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert "姓名" in newcomer.flow.say(" ".join(wide))


def test_a_lost_dialog_goes_on_with_the_code_and_gives_no_new_tries(newcomer: Newcomer) -> None:
    newcomer.until_code()
    code = newcomer.code()
    newcomer.flow.say(wrong(code))
    newcomer.flow.say(wrong(code))
    newcomer.flow.forget_dialog()
    assert "請輸入驗證碼" in newcomer.flow.say("註冊")
    assert "已經不能使用" in newcomer.flow.say(wrong(code))
