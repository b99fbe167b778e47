"""註冊 as citizens live it: four taps, changed minds, odd names, a notice that has changed, no e-mail."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from models.account import Consent
from tests.accounts import code_in, deliver, new_mobile
from tests.flow import CHANNEL
from tests.handlers.newcomers import NAME, Newcomer


def test_four_taps_register(newcomer: Newcomer) -> None:
    flow = newcomer.flow
    shown = flow.say("註冊")
    assert "個人資料告知事項" in shown
    assert "未滿18歲者，請由法定代理人閱讀並同意" in shown
    assert shown.link("閱讀全文") == "http://localhost:8000/privacy"
    assert "手機號碼" in flow.press("同意")
    asked = flow.say(newcomer.mobile)
    assert f"{newcomer.mobile[:4]}-•••-{newcomer.mobile[-3:]}" in asked
    assert newcomer.mobile not in str(asked.messages)
    assert "姓名" in flow.say(newcomer.code())
    assert "註冊完成" in flow.say(NAME)
    assert flow.waiting is None
    with newcomer.units() as uow:
        account = flow.services["accounts"].of(uow, CHANNEL, flow.citizen)
    assert (account.name, account.mobile.national, account.email) == (NAME, newcomer.mobile, None)
    assert newcomer.history() == ["account.registered"]
    assert "您已經註冊" in flow.say("註冊")


def test_an_email_is_offered_afterwards_and_kept(newcomer: Newcomer) -> None:
    newcomer.register()
    newcomer.flow.press("填寫 E-mail（選填）")
    assert "不是可以收信的" in newcomer.flow.say("wang@@example")
    assert "已記下 E-mail" in newcomer.flow.say("ｗang@example.com")
    with newcomer.units() as uow:
        account = newcomer.flow.services["accounts"].of(uow, CHANNEL, newcomer.flow.citizen)
    assert account.email == "wang@example.com"


def test_what_is_kept_is_not_readable(newcomer: Newcomer) -> None:
    newcomer.register()
    with newcomer.units() as uow:
        rows = uow.connection.execute(
            text("SELECT account::text FROM account UNION ALL SELECT phone_code::text FROM phone_code"
                 " UNION ALL SELECT sms_message::text FROM sms_message")
        )  # fmt: skip
        everything = "\n".join(row[0] for row in rows)
    for secret in (NAME, newcomer.mobile):
        assert secret not in everything
        assert secret.encode().hex() not in everything


def test_no_dialog_holds_number_or_name(newcomer: Newcomer) -> None:
    newcomer.until_name()
    dumped = newcomer.flow.dialog.dump().decode()
    assert newcomer.mobile not in dumped
    assert newcomer.mobile[1:] not in dumped


def test_the_sms_says_whom_for_from_whom_and_not_to_share(newcomer: Newcomer) -> None:
    newcomer.until_code()
    sms = deliver(newcomer.units, newcomer.flow.services)[-1]
    assert sms.mobile.national == newcomer.mobile
    assert sms.text.startswith(f"末三碼{newcomer.mobile[-3:]}｜臺北市停管處停車通：")
    assert "請勿提供他人" in sms.text
    assert len(sms.text) <= 70


def test_english_from_first_to_last(make_newcomer: Callable[..., Newcomer]) -> None:
    newcomer = make_newcomer(line_language="en")
    flow = newcomer.flow
    flow.say("register")
    flow.press("I agree")
    flow.say("+886 " + newcomer.mobile[1:])
    sms = deliver(newcomer.units, flow.services)[-1]
    assert sms.text.startswith(f"[{newcomer.mobile[-3:]}] Taipei Parking Office")
    assert "請勿提供他人" in sms.text
    assert len(sms.text) <= 70 * 2
    flow.say(code_in(sms))
    assert "Registered" in flow.say("Kolas Yotaka")


def test_a_language_switch_in_the_middle_loses_nothing(newcomer: Newcomer) -> None:
    newcomer.until_code()
    code = newcomer.code()
    newcomer.flow.say("English")
    assert "code" in newcomer.flow.say("register").shown.lower()
    newcomer.flow.say(code)
    assert "Registered" in newcomer.flow.say(NAME)


def test_minds_change_at_each_step(newcomer: Newcomer) -> None:
    flow = newcomer.flow
    flow.say("註冊")
    assert "請閱讀後按「同意」" in flow.say("不同意")
    assert "已取消" in flow.say("取消")
    newcomer.until_code()
    assert "手機號碼" in flow.say("上一步")
    assert "秒後可以再寄" in flow.say(new_mobile())
    flow.say("取消")
    assert newcomer.state() is None
    flow.say("註冊")
    flow.say(newcomer.code())
    assert "驗證碼" in flow.say("上一步")
    assert "姓名" in flow.say("12345")  # the number is proved already
    assert "已取消" in flow.say("取消")
    assert newcomer.state() is None


def test_old_buttons_change_nothing(newcomer: Newcomer) -> None:
    consent = newcomer.flow.say("註冊")
    newcomer.flow.press("同意")
    assert "較早的步驟" in newcomer.flow.press("同意", consent)
    asked = newcomer.flow.say(newcomer.mobile)
    newcomer.flow.say(newcomer.code())
    assert "較早的步驟" in newcomer.flow.press("重寄驗證碼", asked)
    assert deliver(newcomer.units, newcomer.flow.services) == []
    assert "註冊完成" in newcomer.flow.say(NAME)


@pytest.mark.parametrize("typed", ["02-27269600", "0912", "我家電話", "0912-345-6789", "9" * 10_000, "+1 650 555 0100"])
def test_what_is_no_mobile_number_is_said_kindly(newcomer: Newcomer, typed: str) -> None:
    newcomer.flow.say("註冊")
    newcomer.flow.press("同意")
    assert "不是臺灣的手機號碼" in newcomer.flow.say(typed)
    assert newcomer.flow.waiting == "phone"


@pytest.mark.parametrize(
    "name",
    ["<b>王</b>", "王\n小明", "王\u0007", "\u202e王", "王\x01", "A" * 10_000, "Robert'); DROP TABLE", "12345", "·"],
)
def test_what_no_name_contains_is_refused(newcomer: Newcomer, name: str) -> None:
    newcomer.until_name()
    assert "請輸入姓名" in newcomer.flow.say(name)
    assert "註冊完成" in newcomer.flow.say("谷辣斯‧尤達卡")


def test_a_photo_or_sticker_is_not_the_answer(newcomer: Newcomer) -> None:
    newcomer.until_code()
    assert "別種回覆" in newcomer.flow.send_sticker()
    assert newcomer.flow.waiting == "code"


def test_a_changed_notice_is_asked_again(newcomer: Newcomer) -> None:
    newcomer.register()
    services = newcomer.flow.services
    services["consents"].version = "2027-01"
    assert "個人資料告知事項" in newcomer.flow.say("註冊")
    assert "已記下您的同意" in newcomer.flow.press("同意")
    assert "您已經註冊" in newcomer.flow.say("註冊")
    with newcomer.units() as uow:
        kept = uow.session.scalars(select(Consent.version).where(Consent.line_id == newcomer.flow.citizen)).all()
        assert services["accounts"].require(uow, CHANNEL, newcomer.flow.citizen).consent_version == "2027-01"
    assert sorted(kept) == sorted([services["account_rules"].notice_version, "2027-01"])


def test_a_changed_notice_is_asked_before_binding_and_the_plate_is_not_lost(newcomer: Newcomer, plate: str) -> None:
    newcomer.register()
    newcomer.flow.services["consents"].version = "2027-01"
    asked = newcomer.flow.say("綁定車牌")
    assert "個人資料告知事項" in asked
    assert "請選擇車種" in newcomer.flow.press("同意")
    newcomer.flow.press("汽車")
    newcomer.flow.say(plate)
    newcomer.flow.services["consents"].version = "2027-02"
    assert "個人資料告知事項已更新" in newcomer.flow.press("確定綁定"), "changed while it was being filled in"
    newcomer.flow.send_data(f"plates.keep?kind=car&plate={plate}")
    assert "綁定完成" in newcomer.flow.press("同意")
    with newcomer.units() as uow:
        assert len(newcomer.flow.services["vehicles"].of(uow, CHANNEL, newcomer.flow.citizen)) == 1


def test_seeing_and_correcting_ones_data_needs_no_new_consent(newcomer: Newcomer) -> None:
    newcomer.register()
    newcomer.flow.services["consents"].version = "2027-01"
    assert NAME in newcomer.flow.say("我的資料")
    newcomer.flow.press("更正姓名")
    assert "姓名已更正" in newcomer.flow.say("王大明")
    newcomer.flow.say("我的資料")
    assert newcomer.flow.press("下載全部資料").link("開啟")
    assert "更正姓名" in newcomer.flow.say("歷程")
    newcomer.flow.say("註銷")
    assert "已註銷" in newcomer.flow.press("確定註銷")


def test_where_no_e_mail_is_sent_none_is_asked_for(newcomer: Newcomer) -> None:
    newcomer.flow.services["receipt_mail"]._sender = None
    assert "填寫 E-mail（選填）" not in newcomer.register().buttons
    shown = newcomer.flow.say("我的資料")
    assert "更正 E-mail" not in shown.buttons
    assert "E-mail" not in shown


@pytest.mark.parametrize(
    "data", ["registration.first?then=nobody", "registration.first?then=__class__", "registration.email"]
)
def test_made_up_ways_in_lead_nowhere(newcomer: Newcomer, data: str) -> None:
    newcomer.flow.send_data(data)
    assert newcomer.state() is None
