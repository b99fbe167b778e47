"""Help, language, display, contact, welcome, groups, what is not understood and what is not offered yet."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.reader import Display, Language
from infra.database import UnitOfWorkFactory
from infra.locales import reader
from services.citizens import Citizens
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand


def test_help_offers_every_capability_and_a_person(flow: Flow) -> None:
    answer = flow.say("說明")
    labels = list(answer.buttons)[::-1]
    assert labels[:2] == ["待繳", "繳費"]
    assert {"聯絡我們", "顯示", "語言", "答客問", "公告", "我的資料", "歷程", "註銷"} <= set(labels)
    assert answer.link("撥打") == "tel:1999"
    assert "輸入車牌或帳單號碼，查各縣市停車費" in answer


@pytest.mark.parametrize("language", list(Language))
def test_every_menu_button_opens_what_it_says(make_flow: Callable[..., Flow], language: Language) -> None:
    flow = make_flow(line_language="zh-Hant" if language is Language.ZH else "en")
    for item in flow.registry.menu():
        word = reader(language).t(item.title)
        key = flow.registry.by_word(word)
        assert key, word
        assert flow.registry.conversations[key].title == item.title


def test_the_menu_in_english_leads_on(make_flow: Callable[..., Flow]) -> None:
    flow = make_flow(line_language="ja")
    flow.say("help")
    assert "Please type the plate" in flow.press("Bills")


def test_the_language_is_changed_at_once_and_kept(flow: Flow) -> None:
    flow.say("語言")
    assert "From now on answers are in English." in flow.press("English")
    assert "ParkLine: help" in flow.say("help")
    flow.forget_dialog()
    assert "ParkLine: help" in flow.say("help")
    assert "從現在起用中文" in flow.say("中文")
    assert "停車通 使用說明" in flow.say("說明")


def test_the_language_may_change_in_the_middle_of_a_question(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    flow.say("ABC-1234")
    flow.say("English")
    assert "Which kind of vehicle?" in flow.say("ABC-1234")
    flow.press("Car")
    assert len(cities_in_hand.questions) == 1


@pytest.mark.parametrize(
    ("label", "display"), [("大字", Display.LARGE), ("純文字", Display.PLAIN), ("一般", Display.NORMAL)]
)
def test_the_display_is_changed_in_two_taps_and_kept(
    flow: Flow, chat_units: UnitOfWorkFactory, label: str, display: Display
) -> None:
    flow.say("顯示")
    answer = flow.press(label)
    assert f"從現在起以「{label}」顯示" in answer
    assert answer.messages[0]["type"] == ("text" if display is Display.PLAIN else "flex")
    with chat_units() as uow:
        assert Citizens().preferences(uow, flow.channel, flow.citizen) == (Language.ZH, display)
    flow.forget_dialog()
    assert flow.say("說明").messages[0]["type"] == ("text" if display is Display.PLAIN else "flex")
    if display is Display.LARGE:
        assert flow.answer.messages[0]["contents"]["size"] == "giga"


def test_a_display_can_be_named_at_once(flow: Flow) -> None:
    assert "從現在起以「大字」顯示" in flow.say("大字")


def test_another_language_amid_a_question_is_taken_and_the_question_asked_again(
    flow: Flow, cities_in_hand: CitiesInHand
) -> None:
    flow.say("ABC-1234")
    old = flow.answer
    answer = flow.say("English")
    assert "From now on" in answer
    assert "Which kind of vehicle?" in answer
    assert flow.waiting == "kind"
    assert "earlier step" in flow.press("汽車", old)  # its buttons are those of the question asked before
    flow.press("Car", answer)
    assert [plate for plate, _ in cities_in_hand.questions] == ["ABC-1234"]


def test_the_choice_of_a_language_or_display_leaves_the_question_waiting(
    flow: Flow, cities_in_hand: CitiesInHand
) -> None:
    flow.say("待繳")
    flow.say("ABC-1234")
    assert "語言 Language" in flow.say("語言")
    assert flow.waiting == "kind"
    assert "Which kind of vehicle?" in flow.press("English")
    flow.say("顯示")
    answer = flow.press("Plain text")
    assert [message["type"] for message in answer.messages] == ["text", "text"]
    assert "Which kind of vehicle?" in answer
    assert {"Car", "Cancel", "Back"} <= set(answer.buttons)
    assert "Please type the plate" in flow.press("Back")  # what was asked before is not forgotten
    flow.say("abc-1234")
    assert cities_in_hand.questions == []
    flow.press("Motorcycle")
    assert len(cities_in_hand.questions) == 1


@pytest.mark.parametrize("data", ["language.choose", "language.choose?to=xx", "display.choose?to=huge"])
def test_made_up_choices_ask_again(flow: Flow, data: str) -> None:
    assert flow.send_data(data).buttons


@pytest.mark.parametrize("word", ["聯絡我們", "客服", "contact"])
def test_a_person_is_two_taps_away(flow: Flow, word: str) -> None:
    answer = flow.say(word)
    assert answer.link("撥打 02-27269600") == "tel:0227269600"
    assert answer.link("撥打 1999") == "tel:1999"


def test_a_new_friend_is_welcomed_in_their_language(make_flow: Callable[..., Flow]) -> None:
    assert "歡迎使用停車通" in make_flow().follow()
    flow = make_flow(line_language="en")
    assert "Welcome to ParkLine" in flow.follow()
    assert "從現在起用中文" in flow.press("中文")
    assert "請輸入車牌" in flow.press("查停車費")


def test_somebody_who_blocked_us_and_came_back_is_known(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    flow.follow()
    flow.say("大字")
    assert not flow.event("unfollow").messages
    flow.follow()
    with chat_units() as uow:
        assert Citizens().preferences(uow, flow.channel, flow.citizen) == (Language.ZH, Display.LARGE)


def test_in_a_group_only_when_named_and_never_a_plate(flow: Flow, cities_in_hand: CitiesInHand) -> None:
    assert not flow.in_group("ABC-1234", named=False).messages
    answer = flow.in_group("@bot ABC-1234 待繳", named=True)
    assert "一對一聊天" in answer
    assert "ABC" not in answer.shown
    assert cities_in_hand.questions == []


@pytest.mark.parametrize(
    ("send", "said"),
    [
        (lambda f: f.say("你好嗎"), "看不懂這句話"),
        (lambda f: f.say("🙂"), "看不懂這句話"),
        (lambda f: f.send_sticker(), "貼圖"),
        (lambda f: f.send_location(), "不需要您的位置"),
        (lambda f: f.send_other("video"), "無法處理"),
        (lambda f: f.send_other("somethingNew"), "無法處理"),
    ],
)
def test_what_is_not_understood_is_answered_with_the_menu(
    flow: Flow, send: Callable[[Flow], object], said: str
) -> None:
    send(flow)
    assert said in flow.answer
    assert flow.answer.every[0]["label"] == "待繳"
    assert len(flow.answer.buttons) == 7, "a short answer: five, help with the rest, a person"
    assert "註銷" not in flow.answer.buttons, "nothing that ends anything by a slip"
    assert flow.answer.link("撥打") == "tel:1999"


@pytest.mark.parametrize(
    ("words", "question"),
    [("我收不到驗證碼", "收不到簡訊驗證碼怎麼辦？"), ("錢扣了兩次可以退款嗎", "重複繳費了，會退款嗎？")],
)
def test_words_that_a_question_answers_are_offered_it_along_with_the_menu(
    flow: Flow, words: str, question: str
) -> None:
    offered = flow.say(words)
    assert "您問的可能是" in offered
    assert offered.every[0]["label"] == question
    assert len([action for action in offered.every if "faq.show" in action.get("data", "")]) <= 3
    assert "待繳" in offered.buttons
    assert offered.link("撥打") == "tel:1999"
    assert flow.press(question).shown.startswith(question)
    assert "待繳" in flow.press("說明", offered).buttons


def contract_words(shared_dir: Path) -> list[str]:
    """The words of contract.md that a citizen can always type."""
    page = (shared_dir / "design" / "contract.md").read_text(encoding="utf-8")
    part = page.split("## Words a citizen can always type", 1)[1].split("\n\n", 1)[1].split("## ", 1)[0]
    part = re.sub(r"\(.*?\)", "", part.replace("\n", " "))
    listed, _, rest = part.partition("Also understood:")
    words = [word.strip(" .") for word in listed.split("·")]
    also, _, rest = rest.partition("English:")
    english = rest.split(". A word", 1)[0]
    words += [word.strip(" .") for word in (also + "," + english).split(",")]
    return [word for word in words if word and word not in ("a plate alone", "a bill number")]


def test_every_word_of_the_contract_is_answered(flow: Flow, shared_dir: Path) -> None:
    words = contract_words(shared_dir)
    assert len(words) >= 45, words
    engine_words = {"取消", "上一步", "cancel", "back"}
    unknown = [word for word in words if word not in engine_words and flow.registry.by_word(word) is None]
    assert unknown == []


def test_a_control_word_with_nothing_to_leave_is_answered(flow: Flow) -> None:
    for word in ("取消", "cancel", "上一步", "back"):
        assert flow.say(word).messages
