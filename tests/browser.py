"""Headless Chromium for tests. Without one they are left out; in CI that is a failure."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with a fresh profile. Its library keeps an event loop in this thread: one module at a time."""
    if not CHROMIUM.exists():
        missing_tool(f"{CHROMIUM} is not installed (Debian: apt install chromium fonts-noto-cjk; or set CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def missing_tool(what: str) -> None:
    """Leave the test out for want of a tool; with CI=true nothing is left out for that reason."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)
