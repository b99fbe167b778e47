"""What the engine owns: cancel, back, stale buttons, wrong kinds, releases, languages, groups."""

from typing import Any

import pytest

from bot.conversation import Conversation, Done, Outcome, entry, step
from bot.registry import Registry, RegistryError
from bot.triggers import Words
from bot.turn import Turn
from domain.reader import Language
from tests.bot.talk import CITIZEN, GROUP, Fallback, Order, Talk


def test_a_whole_conversation_with_an_outside_question() -> None:
    talk = Talk()
    assert talk.say("點茶") == ["要多大？"]
    assert talk.press(talk.button("大杯")) == ["好的", "L 要加奶嗎？"]
    assert talk.say("要") == ["50 元"]
    assert talk.dialog.waiting is None


def test_words_are_taken_in_any_spelling() -> None:
    for spelling in ("點茶", " 點茶 ", "點茶。", "TEA", "ｔｅａ", "Tea!"):
        assert Talk().say(spelling) == ["要多大？"]


def test_every_prompt_offers_a_way_out_and_a_second_one_a_way_back() -> None:
    talk = Talk()
    talk.say("點茶")
    assert talk.labels == ["大杯", "取消"]
    talk.say("L")
    assert talk.labels == ["上一步", "取消"]


def test_back_returns_to_the_step_before_and_at_the_first_step_leaves() -> None:
    talk = Talk()
    talk.say("點茶")
    talk.say("L")
    assert talk.say("上一步") == ["要多大？"]
    assert talk.say("S") == ["好的", "S 要加奶嗎？"]
    talk.say("back")
    assert "已取消" in talk.say("上一步")[0]
    assert talk.dialog.waiting is None


def test_cancel_and_back_are_understood_also_when_nothing_waits() -> None:
    for word in ("取消", "cancel", "上一步", "back"):
        talk = Talk()
        assert talk.say(word) == ["目前沒有進行中的步驟。"]
        assert talk.dialog.waiting is None


def test_a_stale_button_changes_nothing() -> None:
    talk = Talk()
    talk.say("點茶")
    old = talk.button("大杯")
    talk.say("L")
    before = talk.dialog
    assert "較早的步驟" in talk.press(old)[0]
    assert talk.dialog == before
    for nonsense in ("", "tea.size", "tea.nowhere", "nobody.begin", "tea.begin~", "x" * 400, "tea.size~deadbeef?a=big"):
        assert "較早的步驟" in talk.press(nonsense)[0]
        assert talk.dialog == before


def test_a_door_opens_at_any_time_but_a_step_is_no_door() -> None:
    talk = Talk()
    talk.say("點茶")
    talk.say("L")
    talk.say("要")
    door = talk.button("再來一杯")
    talk.say("點茶")
    assert talk.press(door) == ["再來一杯L"]
    assert talk.dialog.waiting is None


def test_a_wrong_kind_of_input_shows_the_prompt_again() -> None:
    talk = Talk()
    talk.say("點茶")
    assert talk.photo()[1:] == ["要多大？"]
    assert talk.say("L")[-1] == "L 要加奶嗎？"


def test_a_mistake_is_answered_kindly_and_the_step_goes_on() -> None:
    talk = Talk()
    talk.say("點茶")
    assert talk.say("XXL") == ["沒有 XXL 這種大小", "要多大？"]
    assert talk.say("L")[-1] == "L 要加奶嗎？"


def test_stay_after_an_outside_question_asks_again() -> None:
    talk = Talk()
    talk.say("點茶")
    talk.say("L")
    assert talk.say("?") == ["請回答要或不要", "L 要加奶嗎？"]
    assert talk.say("要") == ["50 元"]


def test_a_trigger_word_wins_over_a_waiting_dialog_a_shape_does_not() -> None:
    talk = Talk()
    talk.say("點茶")
    assert talk.say("12345") == ["好的", "12345 要加奶嗎？"]
    assert talk.say("換人") == ["再來一杯M"]
    assert talk.say("12345") == ["要多大？"]


def test_the_language_is_lines_until_chosen_and_changes_at_once() -> None:
    talk = Talk(line_language="ja")
    assert talk.say("tea") == ["What size?"]
    assert talk.people.known[CITIZEN][0] is Language.EN
    chinese = Talk()
    chinese.say("點茶")
    chinese.say("L")
    chinese.say("要")
    assert chinese.dialog.language is Language.EN
    assert chinese.say("tea") == ["What size?"]


def test_a_changed_release_starts_again_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk()
    talk.say("點茶")
    monkeypatch.setattr(Order, "version", 2)
    assert "重新開始" in talk.say("L")[0]
    assert talk.dialog.waiting is None


def test_standby_and_events_without_a_person_say_nothing() -> None:
    talk = Talk()
    assert talk.event("message", mode="standby", message={"type": "text", "text": "點茶"}) == []
    assert talk.event("accountLink", source=None, link={"result": "failed"}) == []
    assert talk.event("somethingNew") == []


def test_in_a_group_only_when_spoken_to() -> None:
    talk = Talk()
    group = {"type": "group", "groupId": GROUP, "userId": CITIZEN}
    text: dict[str, Any] = {"type": "text", "text": "點茶"}
    assert talk.event("message", source=group, message=text) == []
    assert talk.event("postback", source=group, postback={"data": "tea.begin"}) == []
    another = {**text, "mention": {"mentionees": [{"index": 0, "length": 3, "isSelf": False}, {"index": 4}]}}
    assert talk.event("message", source=group, message=another) == []
    named = {**text, "mention": {"mentionees": [{"index": 0, "length": 3, "isSelf": True}]}}
    assert talk.event("message", source=group, message=named) == ["請私訊"]
    assert talk.event("join", source=group) == ["請私訊"]


def test_follow_and_unfollow_are_remembered() -> None:
    talk = Talk()
    talk.event("unfollow")
    assert talk.people.gone == {CITIZEN: True}
    assert talk.event("follow", follow={"isUnblocked": True}) == ["聽不懂"]
    assert talk.people.gone == {CITIZEN: False}


def test_a_duplicate_key_or_word_or_an_unanswered_step_stops_the_start() -> None:
    class Twin(Conversation[Any]):
        key = "twin"
        triggers = (Words("tea"),)

        @entry
        def begin(self, turn: Turn[Any]) -> Outcome:
            return Done()

    class Mute(Conversation[Any]):
        key = "mute"

        @step()
        def ask(self, turn: Turn[Any]) -> Any:
            return turn.text("?")

    with pytest.raises(RegistryError, match="tea"):
        Registry([Order(), Twin(), Fallback()])
    with pytest.raises(RegistryError, match="called 'tea'"):
        Registry([Order(), Order(), Fallback()])
    with pytest.raises(RegistryError, match="no answer"):
        Registry([Mute(), Fallback()])
    with pytest.raises(RegistryError, match="fallback"):
        Registry([Order()])
