"""Every page that a crawl finds, in a browser: accessible (WCAG 2.1 AA), narrow and wide, without a complaint."""

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from domain.staff import Role
from tests.serving import on_loopback
from tests.staff.browser.looking import complaints, logged_in, submit
from tests.staff.crawl import HOME, PRESSED, Form, Reader, crawl, endpoint_of
from tests.staff.furnished import Words, furnish
from tests.staff.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOGIN = "/staff/login"
LONG = Words(
    lot="大安森林公園地下停車場（和平西路與羅斯福路口，臨時平面）",
    person="阿里布達拉馬蘭達弗拉南",
    plan="身心障礙者本人或其家屬一戶一車優惠月票（限里民）",
    reason="民眾來電表示收據號碼抄錯，已與現場人員核對存根聯、監視畫面與入場時間，確認無誤後更正；" * 3,
    place="PatrickHenryMemorialRiversidePark" + "河濱公園",
    receipt="2026-11-22-000000000000000001",
)
"""What people type who take their time."""
TRIED = Form(LOGIN, LOGIN, "POST", (("login", "chen"), ("password", "wrong"), ("code", "000000"), ("next", HOME)))


class Listening:
    """A page, and what its console has said since the last look."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.said.append(message.text)

    def look(self, name: str, *, thorough: bool) -> list[str]:
        """What is wrong with what is open now."""
        found = [*complaints(self.page, name, thorough=thorough), *(f"{name} console: {one}" for one in self.said)]
        self.said.clear()
        return found


class Looked:
    """At what kinds of pages. Two of one route with elements of the same kinds are alike to whoever judges neither
    words nor figures; colours come with elements' classes.
    """

    def __init__(self, office: Office) -> None:
        self._app = office.app
        self.kinds: set[object] = set()
        self._classes: set[object] = set()

    def anew(self, name: str, html: str) -> bool:
        """Whether this is the first of its kind."""
        method, address = ("POST", name.removeprefix(PRESSED)) if name.startswith(PRESSED) else ("GET", name)
        elements = Reader(name, html).elements
        kinds = {(tag, *sorted(given), given.get("class"), given.get("type")) for tag, given in elements}
        kind = endpoint_of(self._app, address, method), frozenset(kinds)
        before = len(self.kinds)
        self.kinds.add(kind)
        return len(self.kinds) > before

    def new_colours(self, html: str) -> bool:
        """Whether it may have a colour that was on no page before."""
        classes = {(tag, given.get("class"), "disabled" in given) for tag, given in Reader("", html).elements}
        new = not classes <= self._classes
        self._classes |= classes
        return new


@pytest.mark.timeout(300)
def test_every_page_of_every_role(office: Office, browser: Browser) -> None:
    staff, found, looked = furnish(office, LONG), list[str](), Looked(office)
    with on_loopback(office.app) as address:
        for role, person in staff.by_role.items():
            reached = crawl(person)
            context = logged_in(browser, person, address)
            listening = Listening(context.new_page())
            for name, html in reached.pages.items():
                if not looked.anew(name, html):
                    continue
                if form := reached.pressed.get(name):
                    listening.page.goto(address + form.page)
                    submit(listening.page, form)
                else:
                    listening.page.goto(address + name)
                found += listening.look(f"{role.value} {name}", thorough=looked.new_colours(html))
            context.close()
    assert not found, "\n".join(found)
    assert len(looked.kinds) > 60


def test_the_door_and_the_pages_of_errors(office: Office, browser: Browser) -> None:
    """What the browser itself says of an answer that is an error is no complaint of ours."""
    with office.house.unit() as uow:
        setup = office.house.staff_accounts.add(uow, "new", "新來的", Role.HEAD, (), actor="test")
    lot = office.person("lot", Role.SERVICE)
    lot.log_in()
    with on_loopback(office.app) as address:
        page = browser.new_context().new_page()
        found = []
        for name in (LOGIN, "/staff/setup/" + setup.rpartition("/")[2], "/staff/setup/x"):
            page.goto(address + name)
            found += complaints(page, name)
        page.goto(address + LOGIN)
        submit(page, TRIED)
        assert page.title().startswith("錯誤：")
        found += complaints(page, "wrong password")
        page.context.close()
        context = logged_in(browser, lot, address)
        page = context.new_page()
        for name, heading in (("/staff/people", "沒有權限"), ("/staff/no/such", "找不到這一頁")):
            page.goto(address + name)
            assert page.get_by_role("heading", level=1).inner_text() == heading
            found += complaints(page, name)
        context.close()
    assert found == []
