"""答客問 and 公告 as a citizen meets them, and their data as they are kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.reader import Language
from infra.database import UnitOfWorkFactory
from infra.locales import reader
from infra.settings import SettingsError
from services.announcements import Announcements
from services.questions import FILE, Questions
from tests.clock import MovableClock
from tests.flow import Flow

QUESTIONS = Questions.load()


def test_a_question_is_chosen_by_its_button(flow: Flow) -> None:
    listed = flow.say("答客問")
    assert "大家常問" in listed
    assert listed.link("撥打") == "tel:1999"
    answer = flow.press("停車單遺失或模糊，怎麼繳費？")
    assert "輸入車牌" in answer
    assert answer.link("撥打") == "tel:1999"
    assert "請輸入車牌" in flow.press("待繳")


def test_what_is_typed_is_searched_until_another_word_is_said(flow: Flow) -> None:
    flow.say("答客問")
    assert "重複繳費了，會退款嗎？" in flow.say("錢扣了兩次會退款嗎").buttons
    assert flow.say("我的驗證碼都收不到！").every[0]["label"] == "收不到簡訊驗證碼怎麼辦？"
    nothing = flow.say("zzz")
    assert "沒有找到" in nothing
    assert nothing.link("撥打") == "tel:1999"
    assert "請輸入車牌" in flow.say("待繳")


def test_a_plate_typed_there_is_looked_up(flow: Flow) -> None:
    flow.say("答客問")
    flow.say("ABC-1234")
    assert flow.answer.buttons.keys() >= {"汽車"} or "ABC-1234" in flow.answer


def test_an_old_button_of_a_question_that_is_gone_shows_the_list(flow: Flow) -> None:
    assert "大家常問" in flow.send_data("faq.show?id=long_gone")


def test_questions_are_read_in_english(make_flow: Callable[..., Flow]) -> None:
    flow = make_flow(line_language="en")
    flow.say("faq")
    flow.say("lost my slip")
    answer = flow.press("I lost the slip. How do I pay?")
    assert "Type your plate" in answer
    assert "Please type the plate" in flow.press("Bills")


@pytest.mark.parametrize("question", QUESTIONS.every, ids=lambda question: question.id)
def test_every_question_finds_itself_in_both_languages_and_leads_somewhere(flow: Flow, question: object) -> None:
    for language in Language:
        told = question.told(language)  # type: ignore[attr-defined]
        assert QUESTIONS.search(told.ask)[0] is question
        assert "{" not in told.answer
    if word := question.leads_to:  # type: ignore[attr-defined]
        opens = flow.registry.by_word(word)
        assert opens
        assert opens == flow.registry.by_word(reader(Language.EN).t(word))


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("個資", "my_data"),
        ("我要註銷", "my_data"),
        ("車子賣了 過戶", "sold_vehicle"),
        ("罰單去哪繳", "fine"),
        ("ＳＭＳ code", "no_code"),
        ("工本費是什麼", "dunning"),
        ("receipt", "receipt"),
    ],
)
def test_the_best_answer_comes_first(typed: str, first: str) -> None:
    assert QUESTIONS.search(typed)[0].id == first


@pytest.mark.parametrize("typed", ["", "。。。", "如何", "how do I", "😀", "x" * 10_000])
def test_nothing_is_found_for_what_says_nothing(typed: str) -> None:
    assert QUESTIONS.search(typed) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "refund"', 'id = "receipt"', "two questions are called receipt"),
        ('en.ask = "Where is my receipt?"', "", "en.ask: Field required"),
        ('id = "refund"', 'id = "refund"\ncolour = "red"', "colour: Extra inputs are not permitted"),
        ("[[question]]", "[[question", "faq.toml: "),
    ],
)
def test_a_broken_file_stops_the_start_with_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    file = tmp_path / "faq.toml"
    file.write_text(FILE.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=told) as raised:
        Questions.load(file)
    assert "\n" not in str(raised.value)


# 公告

NEWS = """
published = {published}
{until}
zh.title = "{title}"
zh.body = "內容"
en.title = "In English"
en.body = "Body"
"""


@pytest.fixture
def announced(tmp_path: Path, clock: MovableClock, make_flow: Callable[..., Flow]) -> Callable[..., Announcements]:
    """Announcements of (title, published, until)."""

    def make(*news: tuple[str, str, str]) -> Announcements:
        for title, published, until in news:
            text = NEWS.format(title=title, published=published, until=until and f"until = {until}")
            (tmp_path / f"{title}.toml").write_text(text, encoding="utf-8")
        return Announcements.load(clock, tmp_path)

    return make


def test_announcements_are_shown_from_their_day_to_their_last_newest_first(
    clock: MovableClock, announced: Callable[..., Announcements], chat_units: UnitOfWorkFactory
) -> None:
    made = announced(
        ("舊", "2026-10-01", ""), ("今", "2026-11-21", "2026-11-21"), ("未", "2026-11-22", ""),
        ("過", "2026-11-01", "2026-11-20"),
    )  # fmt: skip
    clock.set(datetime(2026, 11, 20, 16, 0, tzinfo=UTC))  # midnight in Taiwan begins the 21st
    with chat_units() as uow:
        assert [one.zh.title for one in made.current(uow)] == ["今", "舊"]
        clock.set(datetime(2026, 11, 21, 16, 0, tzinfo=UTC))
        assert [one.zh.title for one in made.current(uow)] == ["未", "舊"]


def test_announcements_in_the_chat(flow: Flow) -> None:
    answer = flow.say("公告")
    assert "可以查看、下載與刪除您的個人資料" in answer
    assert answer.messages[0]["altText"].startswith("公告：")
    assert answer.link("撥打") == "tel:1999"


def test_announcements_in_english_and_when_there_are_none(
    announced: Callable[..., Announcements], make_flow: Callable[..., Flow], monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = make_flow(line_language="en")
    assert "See, download and erase" in flow.say("announcements")
    conversation = flow.registry.conversations["announcements"]
    monkeypatch.setattr(conversation, "_announcements", announced())
    assert "no announcements" in flow.say("公告")


def test_a_broken_announcement_stops_the_start_with_one_line(announced: Callable[..., Announcements]) -> None:
    with pytest.raises(SettingsError, match=r"壞\.toml: published"):
        announced(("壞", "'soon'", ""))
