"""The gallery: every card for every reader is within LINE's limits, readable, whole, and fit for a lock screen."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask
from playwright.sync_api import Browser, expect

from domain.reader import Display, Language, Reader
from flex_templates.theme import PAPER
from samples import cards
from tests.console.echo import EchoApp
from web.console import gallery as gallery_page

READERS = [(language, display) for language in Language for display in Display]
ENOUGH = 4.5  # contrast, WCAG 2.2 AA
LOCK_SCREEN = 100  # characters; more is not seen there
# In a browser: names of cards with a text that is wider than its room, or that leaves its bubble.
CUT = """() => [...document.querySelectorAll(".gallery-card")].filter(card =>
  [...card.querySelectorAll(".flex-text, .bubble")].some(text => {
    const bubble = (text.closest(".flex-bubble") || text).getBoundingClientRect();
    const inside = text.getBoundingClientRect();
    return text.scrollWidth > text.clientWidth + 1 || inside.right > bubble.right + 1 || inside.left < bubble.left - 1;
  })).map(card => card.querySelector("h2").textContent)"""


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def inks(part: Any, ground: str = PAPER) -> Iterator[tuple[str, str, str]]:
    """Every text with its colour and what lies under it."""
    if isinstance(part, list):
        for one in part:
            yield from inks(one, ground)
    elif isinstance(part, dict):
        ground = part.get("backgroundColor", ground)
        if part.get("type") == "text" and "color" in part:
            yield part["text"], part["color"], ground
        for value in part.values():
            if isinstance(value, dict | list):
                yield from inks(value, ground)


@pytest.mark.parametrize(("language", "display"), READERS)
def test_every_text_stands_out_from_what_is_under_it(language: Language, display: Display) -> None:
    faint = [
        (name, words)
        for name, _who, message in cards.of_reader(language, display)
        for words, ink, ground in inks(message)
        if contrast(ink, ground) < ENOUGH
    ]
    assert faint == []


@pytest.mark.parametrize("language", list(Language))
def test_every_card_says_on_a_lock_screen_what_it_is(language: Language) -> None:
    for display in (Display.NORMAL, Display.LARGE):
        for name, _who, message in cards.of_reader(language, display):
            alt = message["altText"]
            assert 2 <= len(alt) <= LOCK_SCREEN, name
            assert alt == alt.strip(), name
            chinese = any("\u4e00" <= letter <= "\u9fff" for letter in alt)
            assert chinese or language is Language.EN or alt.isascii(), name


@pytest.fixture(scope="module")
def gallery() -> Iterator[EchoApp]:
    app = EchoApp(cards.of_reader)
    yield app
    app.close()


@pytest.mark.browser
@pytest.mark.slow
def test_every_card_is_drawn_whole_and_within_lines_limits(gallery: EchoApp, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{gallery.url}/console/gallery")
    for language, display in READERS:
        page.evaluate("reader => { location.hash = reader }", f"{language}/{display}")
        page.wait_for_selector(f'body[data-drawn="{language}/{display}"]')
        expect(page.locator(".gallery-card")).to_have_count(len(cards.CARDS))
        expect(page.locator("#gallery-count")).to_have_text(f"{len(cards.CARDS)} 則，都在 LINE 的限制內")
        assert page.evaluate(CUT) == [], f"{language}/{display}"
        assert page.locator(".gallery-head a[aria-current]").count() == 1
    assert errors == []
    context.close()


@pytest.mark.browser
def test_a_card_that_line_would_refuse_is_marked(browser: Browser) -> None:
    def broken(_language: Language, _display: Display) -> Iterator[tuple[str, Reader, dict[str, Any]]]:
        wordless = {"type": "box", "layout": "vertical", "contents": [{"type": "text"}]}
        yield "no words", Reader(), {"type": "flex", "altText": "x", "contents": {"type": "bubble", "body": wordless}}

    app = EchoApp(broken)
    try:
        page = browser.new_page()
        page.goto(f"{app.url}/console/gallery")
        page.wait_for_selector("body[data-drawn]")
        expect(page.locator(".gallery-card.is-wrong")).to_have_count(1)
        expect(page.locator("#gallery-count")).to_have_text("1 則，1 則超過 LINE 的限制")
        page.close()
    finally:
        app.close()


@pytest.mark.parametrize("path", ["fr/normal", "zh-TW/huge"])
def test_a_reader_there_is_not_is_not_found(path: str) -> None:
    app = Flask("gallery")
    door = Blueprint("console", "web.console.page")
    gallery_page.mount(door, cards.of_reader)
    app.register_blueprint(door)
    assert app.test_client().get(f"/console/api/gallery/{path}").status_code == 404
    assert app.test_client().get("/console/api/gallery/en/plain").get_json()[0]["problems"] == []
