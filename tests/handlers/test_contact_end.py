"""聯絡我們: how a case ends, is judged, and is opened again."""

from collections.abc import Callable

from sqlalchemy import Engine

from infra.database import UnitOfWorkFactory
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand
from tests.handlers.contacting import begin, case, close, open_again, set_back, wrote
from tests.handlers.registered import told


def test_the_citizen_ends_it_and_judges(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    begin(flow)
    ended = flow.press("結束案件")
    assert "這次的服務，您滿意嗎？" in ended
    assert not case(flow, chat_units).line.open
    assert "看不懂" in flow.say("隨便說說"), "the bot answers again"
    assert "謝謝您的意見" in flow.press("滿意", ended)
    assert case(flow, chat_units).line.satisfied is True
    assert "很抱歉沒有幫上忙" in flow.press("不滿意", ended)
    assert case(flow, chat_units).line.satisfied is False, "the last word counts"


def test_staff_close_it_and_the_bot_wakes(flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine) -> None:
    begin(flow)
    close(flow, chat_units)
    notice = told(chat_engine, flow)[-1]
    assert {"滿意", "不滿意", "還有問題"} <= set(notice.buttons)
    assert "看不懂" in flow.say("在嗎")
    assert "謝謝您的意見" in flow.press("滿意", notice)


def test_after_staff_have_closed_it_a_plate_is_a_plate_again(
    flow: Flow, chat_units: UnitOfWorkFactory, cities_in_hand: CitiesInHand
) -> None:
    begin(flow)
    close(flow, chat_units)
    assert "待繳停車單" in flow.say("AB-1234")


def test_judging_does_not_disturb_a_question_that_waits(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    begin(flow)
    ended = flow.press("結束案件")
    flow.say("綁定車牌")
    waiting = flow.waiting
    assert waiting
    flow.press("滿意", ended)
    assert flow.waiting == waiting


def test_still_a_question_opens_it_again(flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine) -> None:
    begin(flow)
    close(flow, chat_units)
    notice = told(chat_engine, flow)[-1]
    assert "案件已重新開啟" in flow.press("還有問題", notice)
    assert not flow.say("款項還沒退").messages
    line = case(flow, chat_units).line
    assert (line.open, line.reopened, line.waiting) == (True, 1, True)
    assert wrote(flow, chat_units)[-1] == "款項還沒退"
    assert "這個案件還在處理" in flow.press("滿意", notice)
    close(flow, chat_units)
    assert len(told(chat_engine, flow)) == 2, "told again that it is closed"


def test_staff_open_it_again_and_the_citizen_goes_on(
    flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine, cities_in_hand: CitiesInHand
) -> None:
    begin(flow)
    flow.press("結束案件")
    assert "看不懂" in flow.say("在嗎"), "nobody hears"
    open_again(flow, chat_units)
    notice = told(chat_engine, flow)[-1]
    assert "客服重新開啟了您的案件" in notice
    assert "案件已重新開啟" in flow.press("繼續這個案件", notice)
    assert not flow.say("AB-1234").messages, "a plate is for staff too"
    assert wrote(flow, chat_units)[-1] == "AB-1234"
    assert not cities_in_hand.asked


def test_whoever_writes_without_the_button_is_heard_as_well(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    begin(flow)
    flow.press("結束案件")
    flow.say("在嗎")
    open_again(flow, chat_units)
    assert not flow.say("款項還沒退").messages
    assert not flow.say("AB-1234").messages, "from then on everything is"
    assert wrote(flow, chat_units)[-2:] == ["款項還沒退", "AB-1234"]


def test_what_was_closed_long_ago_is_not_opened(flow: Flow, chat_units: UnitOfWorkFactory, chat_engine: Engine) -> None:
    begin(flow)
    ended = flow.press("結束案件")
    set_back(chat_engine, flow, "closed_at", 15)
    assert "這個案件結束太久了" in flow.press("還有問題", ended)


def test_with_another_case_open_the_old_one_stays_closed(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    begin(flow)
    ended = flow.press("結束案件")
    begin(flow, "另一件事")
    assert "您有另一個案件正在處理" in flow.press("還有問題", ended)


def test_nobody_judges_or_opens_the_case_of_another(
    make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory
) -> None:
    owner, other = make_flow(), make_flow()
    begin(owner)
    owner.press("結束案件")
    thread = case(owner, chat_units).line.id
    for data in (
        f"contact.judge?thread={thread}&verdict=1",
        f"contact.open_again?thread={thread}",
        "contact.judge?thread=x&verdict=1",
        "contact.open_again",
    ):
        assert "找不到這個案件" in other.send_data(data)
    line = case(owner, chat_units).line
    assert (line.open, line.satisfied) == (False, None)


def test_end_without_a_case_says_so(flow: Flow) -> None:
    assert "目前沒有進行中的案件" in flow.say("結束")
