"""A browser, the console with a repeating bot, and its page."""

import pytest
from playwright.sync_api import expect

from tests.console.echo import EchoApp


@pytest.fixture
def app():
    app = EchoApp()
    yield app
    app.close()


@pytest.fixture
def page(browser, app):
    """The page with its first citizen; nothing may be left in the browser's console of errors."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(app.url + "/console/")
    expect(page.locator(".phone")).to_have_count(1)
    expect(page.get_by_text("follow {}")).to_be_visible()
    yield page
    page.evaluate("() => null")
    context.close()
    assert errors == []
