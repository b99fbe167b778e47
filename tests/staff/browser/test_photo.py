"""資格審查 of a photo in a browser: the list, the case, the picture in a window of its own, the verdict."""

import pytest
from playwright.sync_api import Browser

from tests.serving import on_loopback
from tests.staff.browser.looking import logged_in, shoot
from tests.staff.office import Office, Person
from tests.staff.test_pass_deeds import hou, round_id, shown

pytestmark = [pytest.mark.browser, pytest.mark.slow]
__all__ = ["hou", "round_id"]  # fixtures


def test_a_photo_is_looked_at_and_judged(office: Office, hou: Person, round_id: str, browser: Browser) -> None:
    shown(office, round_id)
    with on_loopback(office.app) as address:
        context = logged_in(browser, hou, address)
        page = context.new_page()
        page.goto(f"{address}/staff/qualifications")
        page.locator("main table a").click()
        with context.expect_page() as opened:
            page.get_by_role("link", name="檢視照片 1").click()
        picture = opened.value.locator("img")
        assert picture.evaluate("one => one.naturalWidth") > 0
        shoot(page, "photo case")
        page.get_by_label("通過", exact=True).check()
        page.get_by_label("審查說明").fill("照片與登記的地址相符")
        page.get_by_role("button", name="儲存審查結果").click()
        assert "資格審查通過" in page.locator("main").inner_text()
        shoot(page, "photo judged")
        context.close()
