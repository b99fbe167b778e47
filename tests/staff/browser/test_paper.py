"""What is printed, as Chromium prints it: 公告登記清單 with its head and stamps on every sheet, receipts on one."""

import io
from unicodedata import normalize

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from domain.staff import Role
from tests.serving import on_loopback
from tests.staff.browser.looking import SHOTS, logged_in
from tests.staff.office import Office
from tests.staff.test_cases import MOBILE, NAME, PLATE, apply, open_round

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ENTRIES = 70  # more than a sheet holds
A4 = (595, 842)  # points


def printed(page: Page, name: str) -> list[str]:
    """The sheets of the page that is open: the words of each."""
    file = page.pdf(prefer_css_page_size=True, path=f"{SHOTS}/{name}.pdf" if SHOTS else None)
    sheets = PdfReader(io.BytesIO(file)).pages
    sizes = {(round(float(sheet.mediabox.width)), round(float(sheet.mediabox.height))) for sheet in sheets}
    assert sizes == {A4}
    return ["".join(normalize("NFKC", sheet.extract_text()).split()) for sheet in sheets]


def test_the_list_and_a_receipt_on_paper(office: Office, browser: Browser) -> None:
    draw_id = open_round(office)
    for i in range(ENTRIES):
        apply(office, draw_id, "王小明", f"0912{i:06}", f"ABC-{i:04}")
    lin = office.person("lin", Role.LOT, "001")
    lin.log_in()
    with on_loopback(office.app) as address:
        context = logged_in(browser, lin, address)
        page = context.new_page()
        page.goto(f"{address}/staff/list/print/{draw_id}")
        sheets = printed(page, "list")
        assert len(sheets) > 1
        for number, sheet in enumerate(sheets, start=1):
            assert "承辦人核章" in sheet, "on every sheet"
            assert "清單雜湊" in sheet
            assert f"第{number}頁,共{len(sheets)}頁" in sheet
        assert sum(sheet.count("王○明") for sheet in sheets) == ENTRIES
        assert not any("列印功能" in sheet for sheet in sheets), "what is for the screen stays there"

        page.goto(f"{address}/staff/cases/enter/{draw_id}")
        for label, typed in (("真實姓名", NAME), ("行動電話", MOBILE), ("車牌", PLATE)):
            page.get_by_label(label).fill(typed)
        page.get_by_role("button", name="登記並列印收據").click()
        assert page.locator(".qr svg").is_visible()
        (sheet,) = printed(page, "receipt")
        assert "申請編號" in sheet
        assert sheet.startswith("月票申請收據"), "no menu, no head, no word to the staff"
        context.close()
