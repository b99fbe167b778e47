"""axe-core finds nothing against WCAG 2.1 AA on the pages behind links of the chat, in both languages."""

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from domain.paidrecords import Chosen
from tests.handlers.payers import line, pay
from tests.pay.test_accessible import PHONE, violations
from tests.serving import on_loopback
from wiring import House

CHANNEL, CITIZEN = "U" + "0" * 32, "U" + "7" * 32

pytestmark = pytest.mark.browser


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The house on loopback."""
    with on_loopback(app) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": PHONE, "height": 844})
    yield context.new_page()
    context.close()


@pytest.fixture
def refund(house: House) -> uuid.UUID:
    money = pay(house.unit, (CHANNEL, CITIZEN), line("Q10000000001", 80), provider="store")["attempt"]
    with house.unit() as uow:
        house.refunds.request(uow, money, 80, reason="重複繳費", staff="anna")
        (found,) = house.refunds.due(uow)
    house.refunds.carry_out(house.unit, found)
    return found


def test_the_page_of_files(house: House, address: str, page: Page) -> None:
    with house.unit() as uow:
        path = house.record_files.make(uow, CHANNEL, CITIZEN, Chosen()).removeprefix(house.settings.public_url)
    page.goto(address + path)
    assert violations(page) == []
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert violations(page) == []
    page.goto(f"{address}/records/nothing")
    assert violations(page) == []


def test_the_page_of_a_refunds_account_by_keyboard(house: House, address: str, page: Page, refund: uuid.UUID) -> None:
    page.goto(address + house.refund_accounts.link(refund).removeprefix(house.settings.public_url))
    assert violations(page) == []
    page.get_by_label("銀行代碼").focus()
    page.keyboard.type("8")
    page.keyboard.press("Tab")
    page.keyboard.type("123456789012")
    page.keyboard.press("Enter")
    assert page.get_by_label("銀行代碼").get_attribute("aria-invalid") == "true"
    assert violations(page) == []
    page.get_by_role("link", name="English").click()
    page.get_by_label("Bank code").fill("822")
    page.get_by_label("Account number").fill("123456789012")
    page.get_by_role("button", name="Send").click()
    assert page.get_by_role("heading", name="The account is kept").is_visible()
    assert violations(page) == []
