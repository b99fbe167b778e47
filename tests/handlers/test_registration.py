"""註冊 as citizens live it: four taps, wrong and late codes, changed minds, a lost dialog, a number two people have."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from domain.accounts import AccountState
from infra.database import UnitOfWorkFactory
from models.account import AccountHistory, Consent
from tests.accounts import code_in, deliver, new_mobile
from tests.flow import CHANNEL, Answer, Flow

NAME = "王小明"


class Newcomer:
    """A citizen who registers, with the phone that the SMS arrive at."""

    def __init__(self, flow: Flow, units: UnitOfWorkFactory, mobile: str | None = None) -> None:
        self.flow = flow
        self.units = units
        self.mobile = mobile or new_mobile()

    def code(self) -> str:
        return code_in(deliver(self.units, self.flow.services)[-1])

    def until_code(self) -> Answer:
        self.flow.say("註冊")
        self.flow.press("同意")
        return self.flow.say(self.mobile)

    def until_name(self) -> Answer:
        self.until_code()
        return self.flow.say(self.code())

    def register(self, name: str = NAME) -> Answer:
        self.until_name()
        return self.flow.say(name)

    def state(self) -> AccountState | None:
        with self.units() as uow:
            return self.flow.services["accounts"].state(uow, CHANNEL, self.flow.citizen)

    def history(self) -> list[str]:
        with self.units() as uow:
            row = self.flow.services["accounts"].row(uow, CHANNEL, self.flow.citizen)
            found = select(AccountHistory.what).where(AccountHistory.account_id == row.id).order_by(AccountHistory.id)
            return list(uow.session.scalars(found))


@pytest.fixture
def newcomer(flow: Flow, chat_units: UnitOfWorkFactory) -> Newcomer:
    return Newcomer(flow, chat_units)


@pytest.fixture
def make_newcomer(make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory) -> Callable[..., Newcomer]:
    return lambda mobile=None, **changes: Newcomer(make_flow(**changes), chat_units, mobile)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**5:05d}"


def age(units: UnitOfWorkFactory, citizen: str, by: timedelta) -> None:
    """The citizen's codes, and what was counted of them, were sent so much earlier."""
    with units() as uow:
        change = "UPDATE phone_code SET sent_at = sent_at - :by, expires_at = expires_at - :by WHERE line_id = :citizen"
        uow.connection.execute(text(change), {"by": by, "citizen": citizen})
        uow.connection.execute(text("UPDATE phone_code_count SET last_at = last_at - :by"), {"by": by})


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


@pytest.mark.parametrize("typed", ["02-27269600", "0912", "我的號碼", "0912-345-6789", "9" * 10_000, "+1 650 555 0100"])
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


def hand_over(units: UnitOfWorkFactory, make: Callable[..., Newcomer]) -> tuple[Newcomer, Newcomer, Answer]:
    """A holder, and a second person whose SMS arrive at the same number."""
    holder = make()
    holder.register("陳大文")
    claimant = make(holder.mobile)
    age(units, claimant.flow.citizen, timedelta(minutes=2))
    return holder, claimant, claimant.register()


def notices(units: UnitOfWorkFactory, citizen: str) -> str:
    """Everything posted to a citizen, as it goes out."""
    with units() as uow:
        found = text("SELECT body FROM outbound_message WHERE lane = :lane ORDER BY seq")
        return "\n".join(bytes(row[0]).decode() for row in uow.connection.execute(found, {"lane": citizen}))


def test_a_number_of_another_account_waits_for_its_holder(
    chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]
) -> None:
    holder, claimant, answer = hand_over(chat_units, make_newcomer)
    assert "等候確認號碼" in answer
    assert (holder.state(), claimant.state()) == (AccountState.LIVE, AccountState.WAITING)
    told = notices(chat_units, holder.flow.citizen)
    assert "還是您的嗎" in told
    assert claimant.mobile not in told
    assert NAME not in told
    assert "陳大文" not in str(answer.messages)


def takeover_id(units: UnitOfWorkFactory, newcomer: Newcomer) -> str:
    with units() as uow:
        row = newcomer.flow.services["accounts"].row(uow, CHANNEL, newcomer.flow.citizen)
        found = text(
            "SELECT id FROM takeover WHERE holder_id = :id OR claimant_id = :id ORDER BY asked_at DESC LIMIT 1"
        )
        return str(uow.connection.execute(found, {"id": row.id}).scalar_one())


def test_the_holder_says_no_longer_mine(chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]) -> None:
    holder, claimant, _ = hand_over(chat_units, make_newcomer)
    which = takeover_id(chat_units, holder)
    holder.flow.send_data(f"takeover.give_up?id={which}")
    assert (holder.state(), claimant.state()) == (AccountState.LOCKED, AccountState.LIVE)
    assert "註冊完成" in notices(chat_units, claimant.flow.citizen)
    assert "請登記新的手機號碼" in notices(chat_units, holder.flow.citizen)
    holder.mobile = new_mobile()
    holder.flow.say("註冊")
    holder.flow.say(holder.mobile)
    holder.flow.say(holder.code())
    assert "註冊完成" in holder.flow.say("陳大文")
    assert holder.history() == ["account.registered", "account.number_given_up", "account.opened_again"]


def test_the_holder_says_still_mine(chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]) -> None:
    holder, claimant, _ = hand_over(chat_units, make_newcomer)
    which = takeover_id(chat_units, holder)
    assert "號碼仍是您的" in holder.flow.send_data(f"takeover.keep?id={which}")
    assert (holder.state(), claimant.state()) == (AccountState.LIVE, None)
    assert "沒有完成註冊" in notices(chat_units, claimant.flow.citizen)
    assert "已經結束" in holder.flow.send_data(f"takeover.give_up?id={which}")
    assert holder.state() is AccountState.LIVE


def test_nobody_but_the_holder_answers(chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]) -> None:
    holder, claimant, _ = hand_over(chat_units, make_newcomer)
    which = takeover_id(chat_units, holder)
    for other in (claimant, make_newcomer()):
        for data in (f"takeover.give_up?id={which}", f"takeover.keep?id={which}", "takeover.give_up?id=x"):
            assert "已經結束" in other.flow.send_data(data)
    assert (holder.state(), claimant.state()) == (AccountState.LIVE, AccountState.WAITING)


def test_silence_gives_the_number_away_after_its_days(
    chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]
) -> None:
    holder, claimant, _ = hand_over(chat_units, make_newcomer)
    which = takeover_id(chat_units, holder)
    takeovers = holder.flow.services["takeovers"]
    with chat_units() as uow:
        assert not takeovers.grant_unanswered(uow, which)
        uow.connection.execute(
            text("UPDATE takeover SET due_at = due_at - interval '7 days' WHERE id = :id"), {"id": which}
        )
    with chat_units() as uow:
        assert which in [str(found) for found in takeovers.due(uow)]
        assert takeovers.grant_unanswered(uow, which)
    with chat_units() as uow:
        assert not takeovers.grant_unanswered(uow, which)
    assert (holder.state(), claimant.state()) == (AccountState.LOCKED, AccountState.LIVE)


def test_a_third_claim_makes_the_second_give_way(
    chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]
) -> None:
    holder, second, _ = hand_over(chat_units, make_newcomer)
    third = make_newcomer(holder.mobile)
    age(chat_units, third.flow.citizen, timedelta(minutes=2))
    third.register("林三")
    assert (holder.state(), second.state(), third.state()) == (AccountState.LIVE, None, AccountState.WAITING)


def test_who_waits_may_take_another_number(
    chat_units: UnitOfWorkFactory, make_newcomer: Callable[..., Newcomer]
) -> None:
    holder, claimant, _ = hand_over(chat_units, make_newcomer)
    age(chat_units, claimant.flow.citizen, timedelta(minutes=2))
    claimant.mobile = new_mobile()
    claimant.flow.say("註冊")
    claimant.flow.say(claimant.mobile)
    claimant.flow.say(claimant.code())
    assert "註冊完成" in claimant.flow.say(NAME)
    with chat_units() as uow:
        assert takeover_open(uow, holder) == 0
    assert (holder.state(), claimant.state()) == (AccountState.LIVE, AccountState.LIVE)


def takeover_open(uow: object, holder: Newcomer) -> int:
    row = holder.flow.services["accounts"].row(uow, CHANNEL, holder.flow.citizen)
    found = text("SELECT count(*) FROM takeover WHERE holder_id = :id AND decided_at IS NULL")
    return uow.connection.execute(found, {"id": row.id}).scalar_one()  # type: ignore[attr-defined]
