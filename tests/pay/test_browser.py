"""The way from the pay link to the receipt in Chromium with scripts switched off, on a phone and on a desktop."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from tests.pay.webapp import serving
from tests.pay.world import World, bill, notice

PHONE, DESKTOP = 390, 1280
LUMINANCE = (0.2126, 0.7152, 0.0722)

pytestmark = pytest.mark.browser


@pytest.fixture
def world(pay_engine: Engine) -> Iterator[World]:
    with serving(pay_engine) as served:
        yield served


@pytest.fixture(params=[PHONE, DESKTOP])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page without scripts; whatever the content policy stops, or the browser complains of, fails the test."""
    context = browser.new_context(viewport={"width": request.param, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    context.close()
    assert complaints == []


def test_two_of_three_bills_paid_without_scripts(world: World, page: Page) -> None:
    order = world.open(bill("A1", 80), bill("A2", 200), notice("N1", bill("A3", 240), extra=50))
    page.goto(world.links.pay(order))
    expect(page.get_by_role("checkbox")).to_have_count(3)
    page.get_by_role("checkbox", name=re.compile("A2")).uncheck()
    page.get_by_role("button", name=re.compile("以熊讚銀行繳費")).click()
    expect(page.get_by_role("heading", name="訂單資訊")).to_be_visible()
    expect(page.get_by_text("370 元").first).to_be_visible()
    page.get_by_role("button", name=re.compile("確認付款")).click()
    expect(page.get_by_role("heading", name="繳費成功")).to_be_visible()
    expect(page.get_by_role("listitem")).to_have_count(2)
    assert world.rows("SELECT amount FROM payment") == [(370,)]


def test_english_stays_english_to_the_receipt(world: World, page: Page) -> None:
    page.goto(world.links.pay(world.open(bill("A1", 1140))))
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name=re.compile("Pay with Bravo Bank")).click()
    page.get_by_role("button", name=re.compile("確認付款")).click()
    expect(page.get_by_role("heading", name="Payment received")).to_be_visible()
    expect(page.get_by_text("NT$1,140").first).to_be_visible()


def test_nothing_is_wider_than_the_screen_and_the_keyboard_reaches_the_button(world: World, page: Page) -> None:
    long = notice("N" * 40, bill("B" * 40, 240), bill("C" * 40, 350), extra=190)
    page.goto(world.links.pay(world.open(bill("A1", 1_234_567), long)))
    viewport = page.viewport_size
    assert viewport
    for element in page.locator("main *").all():
        box = element.bounding_box()
        assert box is None or box["x"] + box["width"] <= viewport["width"]
    expect(page.locator(".on-phone")).to_be_visible(visible=viewport["width"] == DESKTOP)
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator("button.way:focus").count():
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="訂單資訊")).to_be_visible()


def test_the_link_counts_down_and_says_so_without_scripts_too(world: World, browser: Browser, page: Page) -> None:
    order = world.open(bill("A1", 80))
    page.goto(world.links.pay(order))
    expect(page.get_by_role("timer")).to_have_text(re.compile("還有 2[34] 小時 [0-9]+ 分。"))
    world.run("UPDATE orders SET expires_at = now() + interval '2 minutes'")
    context = browser.new_context(viewport={"width": PHONE, "height": 844})
    counted = context.new_page()
    counted.clock.install()
    counted.goto(world.links.pay(order))
    expect(counted.get_by_role("timer")).to_have_text(re.compile("還有 [12] 分 [0-9]+ 秒。"))
    before = counted.get_by_role("timer").inner_text()
    counted.clock.run_for(30_000)
    assert counted.get_by_role("timer").inner_text() != before
    counted.clock.run_for(120_000)
    expect(counted.get_by_role("timer")).to_have_text("期限已過，請回到 LINE 查看。")
    counted.goto(world.links.pay(order) + "?lang=en")
    expect(counted.get_by_role("timer")).to_have_text(re.compile("min [0-9]+ s left"))
    context.close()


def test_colours_of_the_pages_have_enough_contrast(browser: Browser, world: World) -> None:
    """WCAG 2.1 AA, 4.5:1, for every text of the pay page and the receipt against the nearest painted background."""
    context = browser.new_context(viewport={"width": PHONE, "height": 844})
    page = context.new_page()
    order = world.open(bill("A1", 80), bill("A2", 200))
    page.goto(world.links.pay(order))
    pairs = _pairs(page)
    page.get_by_role("button", name=re.compile("以熊讚銀行繳費")).click()
    pairs |= _pairs(page)
    page.get_by_role("button", name=re.compile("確認付款")).click()
    pairs |= _pairs(page)
    context.close()
    assert len(pairs) > 6
    assert [pair for pair in pairs if _contrast(*pair) < 4.5] == []


def _pairs(page: Page) -> set[tuple[str, str]]:
    """(text colour, background colour) of every element that holds text."""
    found = page.evaluate("""() => [...document.querySelectorAll('body *')]
        .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
        .map(e => { let b = e;
            while (b && getComputedStyle(b).backgroundColor === 'rgba(0, 0, 0, 0)') b = b.parentElement;
            return [getComputedStyle(e).color, b ? getComputedStyle(b).backgroundColor : 'rgb(255, 255, 255)']; })""")
    return {(text, ground) for text, ground in found}


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of rgb(r, g, b), as WCAG 2.1 defines it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip(LUMINANCE, linear, strict=True))
