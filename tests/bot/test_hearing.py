"""A person who listens: while a case is open, what no question takes goes to the conversation that has `hear`."""

from typing import Any

import pytest

from bot.conversation import Aside, Conversation, Done, Outcome, Unheard, entry
from bot.input import Text
from bot.registry import Registry, RegistryError
from bot.triggers import Words
from bot.turn import Turn
from tests.bot.talk import CITIZEN, Fallback, Order, Other, Talk


class Desk(Conversation[Any]):
    """Takes down what it hears, as long as it is open."""

    key = "desk"
    triggers = (Words("客服"),)

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.open = False

    @entry
    def begin(self, turn: Turn[Any]) -> Outcome:
        self.open = True
        turn.have_heard(by_person=True)
        return Done(turn.text("請說"))

    @entry
    def hear(self, turn: Turn[Any]) -> Outcome:
        if not self.open:
            return Unheard()
        self.heard.append(turn.typed if isinstance(turn.input, Text) else type(turn.input).__name__)
        return Aside(again=False)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def talk(desk: Desk) -> Talk:
    return Talk(Order(), Other(), Fallback(), desk)


def test_what_no_question_takes_is_heard_in_silence(talk: Talk, desk: Desk) -> None:
    talk.say("客服")
    assert talk.say("車牌 AB-1234 被拖吊") == []
    assert talk.photo() == []
    assert talk.say("123") == [], "not even what looks like something opens anything"
    assert desk.heard == ["車牌 AB-1234 被拖吊", "Photo", "123"]


def test_words_and_questions_and_buttons_work_as_always(talk: Talk, desk: Desk) -> None:
    talk.say("客服")
    assert talk.say("點茶") == ["要多大？"]
    assert talk.say("中杯") == ["好的", "中杯 要加奶嗎？"]
    assert talk.say("要") == ["50 元"]
    assert talk.press(talk.button("再來一杯")) == ["再來一杯中杯"]
    assert talk.say("取消")
    assert desk.heard == []
    assert talk.say("還在嗎") == []
    assert desk.heard == ["還在嗎"]


def test_what_a_question_cannot_take_is_told_and_not_heard(talk: Talk, desk: Desk) -> None:
    talk.say("客服")
    talk.say("點茶")
    talk.say("中杯")
    assert talk.photo()[-1] == "中杯 要加奶嗎？"
    assert desk.heard == []


def test_once_nobody_listens_everything_is_as_before(talk: Talk, desk: Desk) -> None:
    talk.say("客服")
    desk.open = False  # closed elsewhere
    assert talk.say("123") == ["要多大？"]
    assert not talk.dialog.heard
    talk.say("取消")
    assert talk.say("哈囉") == ["聽不懂"]
    assert desk.heard == []


def test_after_an_hour_the_directory_knows_who_is_heard(talk: Talk, desk: Desk) -> None:
    talk.say("客服")
    talk.people.heard.add(CITIZEN)
    talk.dialog = type(talk.dialog)(talk.dialog.version)  # forgotten
    assert talk.say("123") == []
    assert desk.heard == ["123"]


def test_an_older_release_s_dialog_is_heard_by_nobody() -> None:
    from bot.dialog import Dialog

    assert not Dialog.load(b'0000000000000001{"l":"zh-TW","d":"normal","w":null}').heard
    assert Dialog.load(Dialog(3, heard=True).dump()).heard


def test_two_conversations_that_hear_stop_the_start() -> None:
    second = type("Second", (Desk,), {"key": "second", "triggers": ()})
    with pytest.raises(RegistryError, match="both want to hear"):
        Registry([Fallback(), Desk(), second()])
