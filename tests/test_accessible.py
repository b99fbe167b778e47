"""axe-core finds nothing against WCAG 2.1 AA on other pages that citizens open, and none is wider than a telephone."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.downloads.conftest import app, house
from tests.pay.test_accessible import violations
from tests.serving import on_loopback
from wiring import House

__all__ = ["app", "house"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CHANNEL, CITIZEN = "U" + "0" * 32, "U" + "7" * 32


@pytest.fixture
def paths(house: House) -> list[str]:
    """Of one page of each room, and of a link that has ended."""
    with house.unit() as uow:
        person = urlsplit(house.person_links.make(uow, CHANNEL, CITIZEN, "zh-TW")).path
    return ["/privacy", "/passes/", "/draws/", "/draws/check", person, "/person/ended", "/mydata/ended", "/nowhere"]


def test_other_pages_of_citizens(app: Flask, paths: list[str], browser: Browser) -> None:
    found = []
    with on_loopback(app) as address:
        page = browser.new_context(viewport={"width": 360, "height": 780}).new_page()
        for path in paths:
            page.goto(address + path)
            found += [f"{path} {one}" for one in violations(page)]
            if page.evaluate(WIDER_THAN_THE_SCREEN) > 0:
                found.append(f"{path} is wider than the screen")
            if english := page.get_by_role("link", name="English").all():
                english[0].click()
                found += [f"{path} in English {one}" for one in violations(page, without=["color-contrast"])]
        page.context.close()
    assert not found, "\n".join(found)
