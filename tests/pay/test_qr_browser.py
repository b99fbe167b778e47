"""The QR of the pay page, as a desktop shows it, leads a phone to the same order."""

import io

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser
from sqlalchemy import Engine

from tests.pay.test_store import due
from tests.pay.webapp import serving

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_phone_reads_the_desktops_code(pay_engine: Engine, browser: Browser, dark: bool) -> None:
    with serving(pay_engine) as world:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=False,
        )
        page = context.new_page()
        link = world.links.pay(world.open(due("A1", 1140)))
        page.goto(link)
        photo = Image.open(io.BytesIO(page.screenshot(full_page=True)))
        context.close()
    assert [found.text for found in zxingcpp.read_barcodes(photo)] == [link]
