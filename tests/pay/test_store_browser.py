"""A till before a phone: the barcodes of the page, photographed as a phone shows them, are read by a scanner."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine

from tests.pay.test_store import due
from tests.pay.webapp import serving

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "sharpness"), [(320, 2), (390, 3), (430, 3)])
def test_a_phone_shows_what_a_till_reads(pay_engine: Engine, browser: Browser, width: int, sharpness: int) -> None:
    with serving(pay_engine) as world:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, device_scale_factor=sharpness, java_script_enabled=False
        )
        page = context.new_page()
        page.goto(world.links.pay(world.open(due("A1", 1140), due("A2", 80))))
        page.get_by_role("button", name=re.compile("顯示超商繳費條碼")).click()
        expect(page.get_by_role("heading", name=re.compile("超商繳費條碼"))).to_be_visible()
        photo = Image.open(io.BytesIO(page.locator(".barcodes").screenshot()))
        printed = page.locator(".barcodes figcaption").all_text_contents()
        context.close()
    found = sorted(zxingcpp.read_barcodes(photo), key=lambda one: one.position.top_left.y)
    assert [one.text for one in found] == printed
    assert len(printed) == 3
