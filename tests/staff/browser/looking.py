"""What every page of the back office must be, for whoever opens it: on a telephone, and on a wide screen."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests.pay.test_accessible import violations
from tests.staff.crawl import Form
from tests.staff.office import Person

WIDTHS = WIDE, NARROW = 1920, 360
HEIGHT = 900
SHOTS = os.environ.get("SCREENSHOTS")  # a folder, for whoever wants to look
SUBMIT = """fields => {
    const form = document.createElement("form")
    form.method = "post"
    form.action = fields.action
    for (const [name, value] of fields.values) {
        const input = document.createElement("input")
        Object.assign(input, {type: "hidden", name, value})
        form.append(input)
    }
    document.body.append(form)
    form.submit()
}"""
WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def logged_in(browser: Browser, person: Person, address: str) -> BrowserContext:
    """A browser with the session that this person has already."""
    context = browser.new_context(viewport={"width": WIDE, "height": HEIGHT}, locale="zh-TW")
    session = person.client.get_cookie("session")
    assert session is not None
    context.add_cookies([{"name": "session", "value": session.value, "url": address}])
    return context


def submit(page: Page, form: Form) -> None:
    """Send a form from where it stands."""
    with page.expect_navigation():
        page.evaluate(SUBMIT, {"action": form.action, "values": [list(pair) for pair in form.fields]})


def complaints(page: Page, name: str, *, thorough: bool = True) -> Sequence[str]:
    """What is wrong with the page that is open. Where another of its looks was seen before, axe sees it narrow alone,
    and its colours, by far the most work, not again.
    """
    found = []
    if not page.title().strip():
        found.append("no title")
    if page.locator("h1").count() != 1 or not page.locator("h1").inner_text().strip():
        found.append("not one heading")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if page.evaluate(WIDER_THAN_THE_SCREEN) > 0:
            found.append(f"wider than {width}")
        if thorough or width == NARROW:
            without = () if thorough and width == NARROW else ("color-contrast",)
            found += [f"{width}: {one}" for one in violations(page, without=without)]
        if SHOTS:
            shoot(page, f"{name}-{width}")
    return [f"{name} {one}" for one in found if not (one.partition(": ")[2].startswith("meta-refresh") and asked(page))]


def asked(page: Page) -> bool:
    """Whether the page renews itself because somebody pressed so, and can press again."""
    return page.get_by_role("link", name="停止自動更新").count() == 1


def shoot(page: Page, name: str) -> None:
    """Keep a picture where SCREENSHOTS says."""
    if SHOTS:
        file = re.sub(r"[^\w.-]+", "_", name).strip("_")[:120]
        page.screenshot(path=Path(SHOTS) / f"{file}.png", full_page=True)
