"""Every card, for every reader: what LINE takes, what a lock screen may show, what each must have."""

import json
import time
from typing import Any

import orjson
import pytest

from adapters.bills.cities import load_cities
from bot.message import fit
from domain.reader import Display, Language, Reader
from flex_templates import bills, theme
from flex_templates.card import Card, Press
from flex_templates.limits import BUBBLE_BYTES, BUTTON_LABEL, CAROUSEL_BUBBLES, CAROUSEL_BYTES, QUICK_REPLY_LABEL
from flex_templates.pay_link import official_link
from flex_templates.person import anyone
from flex_templates.render import show
from infra.locales import reader
from samples import cards as samples
from web.console.lineapi.check import check_body

DRAWN = list(samples.every())
EVERY = [pytest.param(*drawn, id=f"{drawn[0]}/{drawn[1].language}/{drawn[1].display}") for drawn in DRAWN]
ENGLISH = [pytest.param(*drawn, id=f"{drawn[0]}/{drawn[1].display}") for drawn in DRAWN if drawn[1].language == "en"]
HOT_SECONDS = 0.0003
GIVEN_NAMES = (
    *("臺北市停車管理工程處", "請洽新北市停車管理單位。", "監理服務網", samples.STREET),
    *("一般繳費", "催繳", "追繳明細", "只繳這一筆", "再查一次", "撥打 02-27269600", "請選擇語言。", "語言", "中文"),
    *("大安高工地下停車場", "世貿公園地下停車場", "公園"),
    *("核對戶籍謄本", "照片太暗", "地址不在龍安里"),  # staff's own words
    *("臺北", "新北", "桃園", "臺中", "高雄", "臺南", "連江", "市"),
)
MUST_LEAD_TO_A_PERSON = (
    *("help", "not understood", "trouble", "not yet", "contact", "welcome"),
    *("could not ask", "nothing due, half the cities"),
)


def buttons(part: Any) -> list[dict[str, Any]]:
    """Every action in a message, in reading order."""
    if isinstance(part, list):
        return [action for item in part for action in buttons(item)]
    if not isinstance(part, dict):
        return []
    own = [part["action"]] if isinstance(part.get("action"), dict) else []
    return own + [
        action
        for value in part.values()
        if isinstance(value, dict | list)
        for action in buttons(value)
        if action not in own
    ]


def words(part: Any) -> str:
    """Everything a message shows as text."""
    if isinstance(part, list):
        return "\n".join(filter(None, map(words, part)))
    if not isinstance(part, dict):
        return ""
    own = [part["text"]] if part.get("type") == "text" else []
    return "\n".join(filter(None, own + [words(v) for v in part.values() if isinstance(v, dict | list)]))


@pytest.mark.parametrize(("name", "who", "message"), EVERY)
def test_line_takes_every_card(name: str, who: Reader, message: dict[str, Any]) -> None:
    for call in fit([message]):
        assert check_body("PushMessageRequest", {"to": "U" + "0" * 32, "messages": call}) == []


@pytest.mark.parametrize(("name", "who", "message"), EVERY)
def test_a_lock_screen_shows_no_plate_name_or_street(name: str, who: Reader, message: dict[str, Any]) -> None:
    for secret in (samples.PLATE, "ABC1234", samples.STREET, "Q7078443D"):
        assert secret not in message.get("altText", "")


@pytest.mark.parametrize(("name", "who", "message"), EVERY)
def test_plain_is_words_and_everything_else_a_card(name: str, who: Reader, message: dict[str, Any]) -> None:
    assert message["type"] == ("text" if who.display is Display.PLAIN else "flex")


@pytest.mark.parametrize(("name", "who", "message"), ENGLISH)
def test_english_cards_hold_no_chinese_but_names(name: str, who: Reader, message: dict[str, Any]) -> None:
    text = json.dumps(message, ensure_ascii=False)
    for chinese in GIVEN_NAMES:
        text = text.replace(chinese, "")
    assert [c for c in text if "\u4e00" <= c <= "\u9fff"] == []


@pytest.mark.parametrize(("name", "who", "message"), EVERY)
def test_errors_help_and_what_could_not_be_asked_lead_to_a_person(
    name: str, who: Reader, message: dict[str, Any]
) -> None:
    if name in MUST_LEAD_TO_A_PERSON:
        calls = [b for b in buttons(message) if b.get("uri", "").startswith("tel:")]
        assert calls or (who.display is Display.PLAIN and ("1999" in message["text"] or "27269600" in message["text"]))


def test_large_letters_are_larger_everywhere() -> None:
    order = ["xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl"]
    normal, large = theme.SIZES[Display.NORMAL], theme.SIZES[Display.LARGE]
    for size in ("title", "lead", "body", "label", "note"):
        steps = order.index(getattr(large, size)) - order.index(getattr(normal, size))
        assert steps >= 2, size


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "paper"),
    [(theme.INK, theme.PAPER), (theme.QUIET, theme.PAPER), (theme.QUIET, theme.BAND), (theme.MAIN, theme.BAND)]
    + [(theme.PAPER, tone.value) for tone in theme.Tone],
)
def test_colours_have_aa_contrast(ink: str, paper: str) -> None:
    light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("display", [Display.NORMAL, Display.LARGE])
@pytest.mark.parametrize("count", [2, 8, 9, 10, 60, 300])
@pytest.mark.parametrize("language", list(Language))
def test_many_bills_stay_within_lines_sizes(language: Language, display: Display, count: int) -> None:
    who = reader(language, display)
    message = bills.message(who, samples.many(who, count), samples.OFFICE)
    carousel = message["contents"]
    assert len(carousel["contents"]) <= CAROUSEL_BUBBLES
    assert len(orjson.dumps(carousel)) <= CAROUSEL_BYTES
    assert max(len(orjson.dumps(bubble)) for bubble in carousel["contents"]) <= BUBBLE_BYTES
    shown = words(message)
    assert sum(f"0{n:04}" in shown for n in range(count)) == min(count, 16)
    if count > 8:
        assert [b for b in buttons(carousel["contents"][-1]) if b.get("uri") == samples.PAGE]


def test_a_card_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match="12 cards"):
        show(reader(), "x", *[Card("x")] * 13)


def test_several_bills_are_counted_by_class_and_the_nearest_deadline_is_told() -> None:
    who = reader()
    shown = words(bills.message(who, samples.several(who), samples.OFFICE)["contents"]["contents"][0])
    assert "1,400 元" in shown
    assert "共 5 筆待繳" in shown
    assert "一般繳費\n3 筆，120 元" in shown
    assert "追繳明細\n1 筆，640 元" in shown
    assert "12/18（五）24:00 前，已逾期 2 天" in shown
    assert "其中 40 元不在這裡收" in shown
    assert "臺中、高雄暫時查不到，不代表沒有欠費，請 10 分鐘後再查。" in shown
    assert "臺南還在查，查到後會傳訊息給您。" in shown
    assert "另有 1 筆已在這裡繳清" in shown
    assert "超商繳費約需數日入帳" in shown


def test_a_prosecuted_notice_says_that_the_fine_is_another_debt() -> None:
    who = reader()
    shown = words(bills.message(who, samples.several(who), samples.OFFICE)["contents"]["contents"][5])
    assert "已告發：另有一筆罰鍰" in shown
    assert "告發期限：12/26（六）。" in shown
    assert "請洽新北市停車管理單位。" in shown


def test_the_second_motorcycle_ticket_of_a_day_can_be_called_about() -> None:
    who = reader()
    card = bills.message(who, samples.several(who), samples.OFFICE)["contents"]["contents"][2]
    assert "同一天的另一張" in words(card)
    assert "tel:0227269600" in [b.get("uri") for b in buttons(card)]


def test_nothing_due_is_said_only_when_everybody_answered() -> None:
    who = reader()
    complete = bills.message(who, samples.answer(who), samples.OFFICE)
    assert complete["altText"] == "目前查無待繳停車單"
    for cities in (samples.half(who), samples.nobody(who), {"promised": ("臺南",)}):
        head = words(bills.message(who, samples.answer(who, **cities), samples.OFFICE)["contents"]["header"])
        assert "查無" not in head
    assert "查無" not in words(bills.message(who, samples.answer(who, **samples.nobody(who)), samples.OFFICE))


def test_street_and_times_are_shown_only_on_a_slip_asked_for_by_number() -> None:
    who = reader()
    open_ = samples.slip(who)
    assert samples.STREET in words(bills.message(who, open_, samples.OFFICE))
    open_.owed[0].private = False
    shown = words(bills.message(who, open_, samples.OFFICE))
    assert samples.STREET not in shown
    assert "駛離時間" not in shown


def test_plain_text_writes_links_out_and_leaves_room_for_cancel() -> None:
    who = reader(Language.ZH, Display.PLAIN)
    message = bills.message(who, samples.many(who, 20), samples.OFFICE)
    assert all(f"0{n:04}" in message["text"] for n in range(13))  # five with all they say, eight by number
    assert "另有 7 筆未列出。" in message["text"]
    assert message["text"].count(samples.PAGE) == 1
    labels = [item["action"]["label"] for item in message["quickReply"]["items"]]
    assert labels == [*(f"只繳第 {n} 筆" for n in range(1, 6)), "看後面的帳單"]


def test_each_card_has_at_most_one_main_button() -> None:
    for _, who, message in samples.every():
        if who.display is not Display.PLAIN:
            contents = message["contents"]
            for bubble in contents.get("contents", [contents]):
                footer = bubble.get("footer", {"contents": []})
                main = [b for b in footer["contents"] if b["backgroundColor"] == theme.MAIN]
                assert len(main) <= 1


@pytest.mark.parametrize("language", list(Language))
def test_labels_of_ours_are_not_cut(language: Language) -> None:
    for _, who, message in samples.every():
        if who.language is language:
            limit = QUICK_REPLY_LABEL if who.display is Display.PLAIN else BUTTON_LABEL
            assert [b["label"] for b in buttons(message) if len(b["label"]) > limit or b["label"].endswith("…")] == []


def test_cards_carry_no_emoji() -> None:
    for _, _, message in samples.every():
        assert not [c for c in json.dumps(message, ensure_ascii=False) if ord(c) > 0x1F000 or "\u2600" <= c <= "\u27bf"]


def test_the_card_of_one_bill_is_made_fast_enough_for_the_hot_path() -> None:
    who = reader()
    made = samples.answer(who, samples.bill(), **samples.half(who))
    best = min(_cpu_seconds(lambda: bills.message(who, made, samples.OFFICE)) for _ in range(5))
    assert best < HOT_SECONDS


def _cpu_seconds(make: Any, times: int = 200) -> float:
    start = time.process_time()
    for _ in range(times):
        make()
    return (time.process_time() - start) / times


def test_a_person_can_be_called_by_the_digits_alone() -> None:
    from flex_templates.person import Person, call

    link = call(reader(), Person("x", "02-2726 9600"))
    assert link.uri == "tel:0227269600"
    assert link.label == "撥打 02-2726 9600"
    assert anyone(reader(Language.EN)).phone == "1999"


def test_a_long_label_is_cut_only_where_twenty_characters_fit() -> None:
    who = reader(Language.ZH, Display.PLAIN)
    card = Card("x", others=[Press("一" * 30, "a.b")])
    action = show(who, "x", card)["quickReply"]["items"][0]["action"]
    assert action["label"] == "一" * 19 + "…"
    assert action["displayText"] == "一" * 30


@pytest.mark.parametrize("language", list(Language))
def test_the_official_way_of_every_city_fits_its_button(language: Language) -> None:
    who = reader(language)
    for city in load_cities().values():
        link = official_link(who, city.name(language), "https://example.gov.tw/")
        assert city.name(language) in link.label
        assert len(link.label) <= BUTTON_LABEL


def parts(part: Any, kind: str) -> list[dict[str, Any]]:
    """Every component of a kind in a message."""
    if isinstance(part, list):
        return [found for item in part for found in parts(item, kind)]
    if not isinstance(part, dict):
        return []
    own = [part] if part.get("type") == kind else []
    return own + [found for value in part.values() for found in parts(value, kind)]


def test_no_text_is_cut_off_and_all_follow_the_letter_size_set_in_line() -> None:
    for _, who, message in DRAWN:
        if who.display is not Display.PLAIN:
            assert [t for t in parts(message, "text") if not (t["wrap"] and t["scaling"])] == []


@pytest.mark.parametrize("display", [Display.NORMAL, Display.LARGE])
@pytest.mark.parametrize("language", list(Language))
def test_the_longest_bills_fit_into_one_carousel(language: Language, display: Display) -> None:
    who = reader(language, display)
    inside = [samples.bill(n, number=f"{n:040}") for n in range(12)]
    worst = {"bills": inside, "prosecuted": True, "prosecuted_deadline": samples.TODAY, "pay_amount": 1_000_000}
    answer = samples.answer(who, *(samples.notice(number=f"{n:040}", **worst) for n in range(30)), **samples.half(who))
    for owed in answer.owed:
        owed.cancel, owed.in_words = answer.pay_all, "請洽" + "停車管理機關" * 8
    message = bills.message(who, answer, samples.OFFICE)
    assert check_body("PushMessageRequest", {"to": "U" + "0" * 32, "messages": [message]}) == []
