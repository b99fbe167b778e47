"""綁定車牌, 我的車輛, 解除綁定, in the citizen's words."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from infra.database import UnitOfWorkFactory
from services.citizens import Citizens
from services.lookup_quota import Quota
from tests.accounts import account_services, code_in, deliver, new_mobile
from tests.clock import MovableClock
from tests.flow import Flow
from tests.handlers.conftest import DAILY_LIMIT
from tests.handlers.registered import bind

MakeOwner = Callable[..., Flow]


def bound(engine: Engine, flow: Flow) -> list[str]:
    """The plates this citizen has bound."""
    query = text("SELECT plate FROM binding WHERE citizen = :c ORDER BY bound_at")
    with engine.connect() as connection:
        return list(connection.execute(query, {"c": flow.citizen}).scalars())


# Binding


def test_a_vehicle_is_bound_in_three_taps_with_the_reminder_preselected(owner: Flow, plate: str) -> None:
    owner.say("綁定車牌")
    owner.press("汽車")
    sure = owner.say(plate.lower().replace("-", ""))
    assert "繳費提醒\n13:00–18:00" in sure
    assert "開單無紙化\n不申請" in sure
    assert "防汛通知\n不申請" in sure
    assert "服務自明天 11/22（日）起生效。" in sure
    done = owner.press("確定綁定")
    assert "綁定完成" in done
    assert f"{plate}　汽車" in done
    assert "13:00–18:00，11/22（日）起" in done
    assert "公有停車場會員\n尚無資料" in done
    assert "月票場所\n請看「我的月票」" in done
    assert "第三方支付\n機關未回報，請看「代繳查詢」" in done
    assert owner.waiting is None


def test_plate_dash_and_kind_are_asked_only_where_they_cannot_be_told(owner: Flow) -> None:
    owner.say("綁定車輛")
    assert "請選擇車牌" in owner.say("cd1234")  # the plate before its kind, without its dash
    assert "請選擇車種" in owner.press("CD1-234")
    owner.press("機車")
    assert owner.waiting == "sure"
    assert "CD1-234　機車" in owner.answer


def test_one_who_is_not_registered_registers_first_and_comes_back(
    flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine, plate: str
) -> None:
    flow.say(plate)
    flow.press("機車")
    assert "同意" in flow.press("綁定並提醒我").buttons
    flow.press("同意")
    flow.say(new_mobile())
    (sms,) = deliver(chat_units, account_services(chat_units, Citizens()))
    flow.say(code_in(sms))
    done = flow.say("陳怡君")
    assert "綁定完成" in done
    assert f"{plate}　機車" in done
    assert bound(chat_engine, flow) == [plate]


def test_a_looked_up_plate_is_kept_with_one_press_and_only_once(owner: Flow, chat_engine: Engine, plate: str) -> None:
    owner.say(plate)
    answer = owner.press("汽車")
    assert "綁定完成" in owner.press("綁定並提醒我", answer)
    assert "這輛車已綁定" in owner.press("綁定並提醒我", answer)
    assert bound(chat_engine, owner) == [plate]
    assert "綁定並提醒我" not in owner.send_data(f"tickets.again?plate={plate}&kind=car").buttons


def test_at_least_one_service_and_every_choice_can_be_changed(owner: Flow, plate: str) -> None:
    owner.say("綁定車牌")
    owner.press("汽車")
    owner.say(plate)
    owner.press("不要繳費提醒")
    assert "請至少選擇一項服務" in owner.press("確定綁定")
    owner.press("加選防汛通知")
    assert "防汛通知\n堤外停車場、疏散門、行政區" in owner.answer  # all areas, unless some are left out
    owner.press("更改防汛區域")
    owner.press("不要「疏散門」")
    assert "已選：堤外停車場、行政區" in owner.answer
    owner.press("完成")
    owner.press("加選繳費提醒")
    owner.press("18:00–21:00")
    done = owner.press("確定綁定")
    assert "18:00–21:00，11/22（日）起" in done
    assert "堤外停車場、行政區，11/22（日）起" in done


def test_paperless_has_a_card_of_its_own_and_is_never_chosen_by_the_way(owner: Flow, plate: str) -> None:
    owner.say("綁定車牌")
    owner.press("機車")
    owner.say(plate)
    card = owner.press("加選開單無紙化")
    assert "車上將不再放紙本停車單，改由 LINE 通知您。" in card
    assert "今天申請，明天 11/22（日）生效。" in card
    assert "機車無紙化停車優惠" in card
    assert "開單無紙化\n不申請" in owner.press("不申請")
    owner.press("加選開單無紙化")
    assert "開單無紙化\n申請" in owner.press("申請開單無紙化")
    assert "開單無紙化\n11/22（日）起" in owner.press("確定綁定")


@pytest.mark.parametrize(("kind", "words"), [("紅黃牌重機", "紅、黃牌重機不適用機車無紙化停車優惠。"), ("汽車", "")])
def test_heavy_motorcycles_get_no_paperless_discount(owner: Flow, plate: str, kind: str, words: str) -> None:
    owner.say("綁定車牌")
    owner.press(kind)
    owner.say(plate)
    card = owner.press("加選開單無紙化")
    assert words in card
    assert "可享" not in card


def test_a_mind_may_change_at_each_step(owner: Flow, chat_engine: Engine, plate: str) -> None:
    for answers in ([], ["機車"], ["機車", plate], ["機車", plate, "加選開單無紙化"], ["機車", plate, "更改提醒時段"]):
        owner.say("綁定車牌")
        for word in answers:
            if word == plate:
                owner.say(word)
            else:
                owner.press(word)
        assert "已取消" in owner.say("取消")
    owner.say("綁定車牌")
    owner.press("機車")
    owner.say(plate)
    assert "請輸入要綁定的車牌" in owner.say("上一步")
    assert "請選擇車種" in owner.say("上一步")
    owner.press("汽車")
    owner.say(plate)
    assert f"{plate}　汽車" in owner.answer
    assert bound(chat_engine, owner) == []


def test_nonsense_is_asked_again_and_old_buttons_change_nothing(owner: Flow, chat_engine: Engine, plate: str) -> None:
    owner.say("綁定車牌")
    assert "請選擇車種：" in owner.say("藍色")
    owner.press("汽車")
    assert "車牌只有英文字母與數字" in owner.say("我的車")
    first = owner.say(plate)
    assert "請按「確定綁定」" in owner.say("嗯")
    owner.press("更改提醒時段")
    assert "請按下方的時段" in owner.say("半夜")
    assert "較早的步驟" in owner.press("確定綁定", first)
    assert bound(chat_engine, owner) == []


def test_a_language_switch_in_the_middle_goes_on_in_that_language(owner: Flow, plate: str) -> None:
    owner.say("語言")
    owner.press("English")
    owner.say("bind")
    owner.press("Motorcycle")
    assert "Payment reminder" in owner.say(plate)
    done = owner.press("Bind")
    assert "Bound" in done
    assert "from Sun 22 Nov" in done


def test_two_devices_at_once_bind_once(owner: Flow, chat_engine: Engine, plate: str) -> None:
    owner.say("綁定車牌")
    owner.press("汽車")
    sure = owner.say(plate)
    before = owner.dialog
    owner.press("確定綁定", sure)
    owner.dialog = before  # the other device's press was read before the first was answered
    assert "這輛車已綁定" in owner.press("確定綁定", sure)
    assert bound(chat_engine, owner) == [plate]


def test_redis_flushed_in_the_middle_binds_nothing(owner: Flow, chat_engine: Engine, plate: str) -> None:
    owner.say("綁定車牌")
    owner.press("汽車")
    sure = owner.say(plate)
    owner.forget_dialog()
    assert "較早的步驟" in owner.press("確定綁定", sure)
    assert bound(chat_engine, owner) == []


def test_binding_counts_as_a_lookup_so_that_it_is_no_way_around_the_limit(owner: Flow, chat_engine: Engine) -> None:
    for n in range(DAILY_LIMIT):
        assert "綁定完成" in owner.send_data(f"plates.keep?plate=RBX-{2000 + n}&kind=car")
        owner.send_data(f"vehicles.delete?plate=RBX-{2000 + n}&kind=car")
        assert "已解除綁定" in owner.press("解除綁定")
    assert "今天查詢與綁定的次數已用完" in owner.send_data("plates.keep?plate=RBX-2999&kind=car")
    assert "今天查詢與綁定的次數已用完" in owner.say("綁定車牌")
    assert bound(chat_engine, owner) == []


def test_the_eleventh_vehicle_is_refused(owner: Flow, chat_engine: Engine) -> None:
    owner.services["vehicles"]._quota = Quota(1000)
    for number in range(10):
        assert "綁定完成" in owner.send_data(f"plates.keep?plate=RBY-{2000 + number}&kind=car")
    assert "最多可綁定 10 輛車" in owner.send_data("plates.keep?plate=RBY-2999&kind=car")
    assert "最多可綁定 10 輛車" in owner.say("綁定車牌")
    assert len(bound(chat_engine, owner)) == 10


@pytest.mark.parametrize(
    "data", ["plates.keep", "plates.keep?plate=x&kind=car", "plates.keep?plate=RAB-1000&kind=boat"]
)
def test_made_up_buttons_open_the_conversation(owner: Flow, data: str) -> None:
    assert "請選擇車種" in owner.send_data(data)


# 我的車輛


def test_nothing_bound_offers_binding_and_a_person(owner: Flow) -> None:
    for word in ("我的車輛", "解除綁定"):
        answer = owner.say(word)
        assert "還沒有綁定車輛" in answer
        assert answer.link("撥打") == "tel:1999"
        assert "請選擇車種" in owner.press("綁定車牌")


def test_a_reminder_is_stopped_in_two_taps(owner: Flow, plate: str, clock: MovableClock) -> None:
    bind(owner, plate, "汽車", "加選防汛通知")
    clock.move(days=1)
    assert "繳費提醒\n13:00–18:00\n" in owner.say("我的車輛")  # in effect: no day is said any longer
    owner.press("編輯")
    done = owner.press("停止繳費提醒")
    assert "繳費提醒\n未申請" in done
    assert "防汛通知\n堤外停車場、疏散門、行政區\n" in done  # goes on as it was
    owner.press("編輯")
    owner.press("申請繳費提醒")
    assert "09:00–12:00，11/23（一）起" in owner.press("09:00–12:00")


def test_the_last_service_goes_with_its_vehicle_and_says_so(owner: Flow, chat_engine: Engine, plate: str) -> None:
    bind(owner, plate)
    owner.say("我的車輛")
    owner.press("編輯")
    assert "已解除綁定" in owner.press("停止繳費提醒並解除綁定")
    assert bound(chat_engine, owner) == []


def test_a_vehicle_is_deleted_in_two_taps(owner: Flow, chat_engine: Engine, plate: str) -> None:
    bind(owner, plate)
    owner.say("我的車輛")
    assert "要解除綁定嗎？" in owner.press("刪除")
    assert "請按「解除綁定」" in owner.say("好吧")
    assert "已解除綁定" in owner.press("解除綁定")
    assert bound(chat_engine, owner) == []
    assert "沒有綁定這輛車" in owner.send_data(f"vehicles.edit?plate={plate}&kind=car")


def test_unbinding_asks_which_of_several(owner: Flow, chat_engine: Engine) -> None:
    bind(owner, "RCA-1111")
    bind(owner, "RCA-2222", "機車")
    assert "要解除綁定哪一輛？" in owner.say("解除綁定")
    owner.press("RCA-2222")
    owner.press("解除綁定")
    assert bound(chat_engine, owner) == ["RCA-1111"]
    bind(owner, "RCA-1111", "機車")  # the same plate under two kinds: then the kind is said
    owner.say("解除綁定")
    owner.press("RCA-1111　機車")
    owner.press("解除綁定")
    assert bound(chat_engine, owner) == ["RCA-1111"]
    assert "RCA-1111　汽車" in owner.say("解除綁定")  # the only one is asked about at once
    assert owner.waiting == "sure"


@pytest.mark.parametrize("entry", ["edit", "delete", "report"])
def test_nobody_changes_anothers_binding(owner: Flow, make_owner: MakeOwner, plate: str, entry: str) -> None:
    bind(owner, plate)
    other = make_owner()
    answer = other.send_data(f"vehicles.{entry}?plate={plate}&kind=car")
    assert "您沒有綁定這輛車" in answer
    assert other.waiting is None
