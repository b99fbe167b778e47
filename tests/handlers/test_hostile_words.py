"""Every question of accounts and vehicles, answered with what nobody should type: nothing breaks, nothing is taken."""

from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import text

from infra.database import UnitOfWorkFactory
from tests.flow import Flow
from tests.handlers.newcomers import Newcomer

pytestmark = pytest.mark.slow  # many words through every conversation

HOSTILE = {
    "10,000 characters": "長" * 10_000,
    "10,000 digits": "9" * 10_000,
    "markup": "<b onmouseover=alert(1)>王</b>&amp;",
    "placeholders": "{name} {0} %s ${x} {{7*7}}",
    "control characters": "a\x00\x07\x1b[31m\x7f\u2028b",
    "backwards": "\u202e<王小明>\u2066",
    "combining": "王" + "\u0301" * 500,
    "lone surrogate": "\ud800王",
    "statements": "'; DROP TABLE account; --",
    "only blanks": "\u3000\u200b \t",
    "emoji": "👨‍👩‍👧‍👦" * 50,
}


def press_all(flow: Flow, *steps: str) -> None:
    """Say what starts with !, press the rest."""
    for step in steps:
        if step.startswith("!"):
            flow.say(step[1:])
        else:
            flow.press(step)


def to(*steps: str) -> Callable[[Newcomer, str], None]:
    """The way of a registered citizen to a question; PLATE stands for a fresh plate."""
    return lambda citizen, plate: press_all(citizen.flow, *(step.replace("PLATE", plate) for step in steps))


BOUND = ("!綁定車牌", "汽車", "!PLATE", "確定綁定")
# By conversation and step: how a registered citizen comes to the question.
QUESTIONS: Mapping[str, Callable[[Newcomer, str], None]] = {
    "registration.address": lambda citizen, _plate: press_all(citizen.flow, "填寫 E-mail（選填）"),
    "my_data.name": to("!我的資料", "更正姓名"),
    "my_data.email": to("!我的資料", "更正 E-mail"),
    "my_data.mobile": to("!我的資料", "更換手機號碼"),
    "plates.kind": to("!綁定車牌"),
    "plates.plate": to("!綁定車牌", "汽車"),
    "plates.sure": to("!綁定車牌", "汽車", "!PLATE"),
    "plates.slot": to("!綁定車牌", "汽車", "!PLATE", "更改提醒時段"),
    "plates.paperless": to("!綁定車牌", "汽車", "!PLATE", "加選開單無紙化"),
    "plates.areas": to("!綁定車牌", "汽車", "!PLATE", "加選防汛通知", "更改防汛區域"),
    "vehicles.change": to(*BOUND, "編輯"),
    "vehicles.sure": to(*BOUND, "刪除"),
    "leaving.confirm": to("!註銷"),
}


def kept(citizen: Newcomer) -> list[str]:
    """Everything the database keeps of the account and its vehicles."""
    with citizen.units() as uow:
        queries = (
            "SELECT account::text FROM account WHERE line_id = :who",
            "SELECT binding::text FROM binding WHERE citizen = :who",
            "SELECT leaving::text FROM leaving WHERE citizen = :who",
        )
        who = {"who": citizen.flow.citizen}
        return [row for query in queries for row in uow.connection.execute(text(query), who).scalars()]


@pytest.mark.parametrize("question", list(QUESTIONS))
def test_a_question_takes_none_of_it_and_goes_on(
    flow: Flow, chat_units: UnitOfWorkFactory, plate: str, question: str
) -> None:
    citizen = Newcomer(flow, chat_units)
    citizen.register()
    QUESTIONS[question](citizen, plate)
    step, before = question.partition(".")[2], kept(citizen)
    assert flow.waiting == step
    for what, words in HOSTILE.items():
        answer = flow.say(words)
        assert answer.messages, what
        assert flow.waiting == step, what
        assert words.strip()[:40] not in answer.shown or not words.strip(), f"{what} is repeated to the citizen"
    assert kept(citizen) == before


@pytest.mark.parametrize("step", ["consent", "phone", "code", "name"])
def test_registering_takes_none_of_it(flow: Flow, chat_units: UnitOfWorkFactory, step: str) -> None:
    citizen = Newcomer(flow, chat_units)
    flow.say("註冊")
    if step != "consent":
        flow.press("同意")
    if step in ("code", "name"):
        flow.say(citizen.mobile)
    code = citizen.code() if step in ("code", "name") else ""
    if step == "name":
        flow.say(code)
    assert flow.waiting == step
    for what, words in HOSTILE.items():
        assert flow.say(words).messages, what
        assert flow.waiting == step, what
    assert citizen.state() is None
    if step == "code":
        assert "姓名" in flow.say(code), "none of it has cost a try"


@pytest.mark.parametrize("words", HOSTILE.values(), ids=list(HOSTILE))
def test_out_of_the_blue_it_is_answered_with_the_menu(flow: Flow, words: str) -> None:
    assert "待繳" in flow.say(words).buttons


MADE_UP = [
    "my_data.to_name?" + "x" * 300,
    "vehicles.edit?plate=%00&kind=car",
    "faq.show?id=<b>",
    "plates.keep?kind=car&plate=" + "9" * 200,
    "takeover.keep?id=' OR 1=1",
    "\x00",
    "{}",
]


@pytest.mark.parametrize("data", MADE_UP)
def test_made_up_button_data_changes_nothing(flow: Flow, chat_units: UnitOfWorkFactory, data: str) -> None:
    citizen = Newcomer(flow, chat_units)
    citizen.register()
    before = kept(citizen)
    assert flow.send_data(data).messages
    assert kept(citizen) == before
