"""A round from its 張數 to the gate, run by two of the head office in their browsers."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from itertools import count

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page

from domain.phones import Mobile
from domain.plates import Plate
from domain.vehicles import VehicleKind
from services import audit
from services.draws import announcing
from services.draws.promoting import Vacated
from services.passes.application import Application
from services.passes.lots import PlanView
from tests.passes.world import DRAW_AT, REGISTERING, TIMES
from tests.serving import on_loopback
from tests.staff.browser.looking import HEIGHT, shoot
from tests.staff.office import PASSWORD, Office, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MONTH, LOT, PRICE = "2023-09", "001", 5760  # a month whose beacon round is recorded
WHITE, DARK_RED, LIGHT_RED = "rgb(255, 255, 255)", "rgb(143, 29, 34)", "rgb(251, 225, 226)"
DRAW = f"{MONTH}/{LOT}/car/all-day"


class Desk:
    """Somebody's browser."""

    steps = count(1)  # of everybody

    def __init__(self, browser: Browser, person: Person, address: str) -> None:
        self.page: Page = browser.new_context(viewport={"width": 1280, "height": HEIGHT}).new_page()
        self._staff = f"{address}/staff"
        self._login = person.login
        self.open("/login")
        for label, typed in (("帳號", person.login), ("密碼", PASSWORD), ("驗證碼", person.code())):
            self.page.get_by_label(label).fill(typed)
        self.press("登入")
        assert self.page.get_by_role("heading", level=1).inner_text() == "後台首頁"

    def open(self, path: str) -> None:
        self.page.goto(self._staff + path)

    def press(self, button: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=True).last.click()
        self.shoot(button)

    def shoot(self, what: str) -> None:
        shoot(self.page, f"round {next(self.steps):02} {self._login} {what}")

    def follow(self, link: str) -> None:
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("link", name=link).first.click()

    def take(self, link: str) -> bytes:
        """The file behind a link."""
        with self.page.expect_download() as taken:
            self.page.get_by_role("link", name=link).click()
        return taken.value.path().read_bytes()

    def fill(self, **fields: str) -> None:
        for label, typed in fields.items():
            self.page.get_by_label(label).fill(typed)

    def reads(self) -> str:
        return self.page.locator("main").inner_text()


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    office.lot(LOT, "大安地下停車場")
    with office.house.unit() as uow:
        plan = PlanView("general", "一般月票", PRICE)
        office.house.lots.put_plan(uow, LOT, VehicleKind.CAR, "all-day", plan, staff="test")
    with on_loopback(office.app) as url:
        yield url


def marks(desk: Desk) -> dict[str, str]:
    """The colour behind each mark of the list that is open; one without a mark is "" ."""
    cells = desk.page.locator(".marks li").all()
    return {
        " ".join(cell.locator("strong").all_inner_texts()): cell.evaluate(
            "one => getComputedStyle(one).backgroundColor"
        )
        for cell in cells
    }


def apply(office: Office, people: int) -> None:
    for i in range(1, people + 1):
        person = (Plate(f"AAA-{i:04}"), "general", Mobile(f"09{i:08}"), f"王小{'一二三四'[i - 1]}")
        with office.house.unit() as uow:
            office.house.entries.apply(uow, Application(DRAW, *person, REGISTERING))


def announce_as_the_schedule_did(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Registration is over, half an hour before the draw."""
    office.house.desk.freeze(DRAW, actor=audit.SYSTEM)
    with monkeypatch.context() as then:
        then.setattr(announcing, "round_now", lambda uow, row: DRAW_AT - timedelta(minutes=30))
        office.house.desk.announce(DRAW, actor=audit.SYSTEM)


def moved_to_the_recorded_beacon(office: Office) -> None:
    """And with three days from now to pay."""
    office.run(
        "UPDATE pass_round SET opens_at = :opens, closes_at = :closes, draw_at = :draw, pay_by = :pay_by",
        opens=TIMES.opens_at,
        closes=TIMES.closes_at,
        draw=TIMES.draw_at,
        pay_by=office.house.clock.now() + timedelta(days=3),
    )


def sell(desk: Desk, whose: str, receipt: str) -> str:
    """現場購票 to whoever is at that place of the result; the entry's number."""
    desk.open(f"/draw/show/{DRAW}")
    cell = desk.page.locator(".marks li", has=desk.page.get_by_text(whose, exact=True))
    number = cell.locator("span").inner_text()
    desk.follow("備取設定")
    desk.fill(申請編號=number, **{"金額（元）": str(PRICE)}, 收據號碼=receipt)
    desk.press("登記現場購票")
    assert "已登記現場購票" in desk.reads()
    return number


def unmask(desk: Desk) -> None:
    """One row, with a reason; whoever opens it again sees it masked."""
    desk.page.locator("main table a").first.click()
    masked = desk.page.url
    assert "王○" in desk.reads()
    desk.fill(查看完整資料的原因="民眾到場核對")
    desk.press("查看完整資料")
    assert re.search(r"王小.*AAA-000\d.*0900000\d{3}", desk.reads(), re.DOTALL)
    desk.page.goto(masked)
    assert "王小" not in desk.reads()


def set_places(desk: Desk) -> None:
    """設定車位數 in the grid, with a look at what changes."""
    desk.open(f"/rounds?month={MONTH}")
    assert "還有 1 項沒有設定張數" in desk.reads()
    desk.page.get_by_label("開放車位數").fill("2")
    desk.press("比對更改")
    assert "1 項更改" in desk.reads()
    desk.press("確定更改")
    assert "已更改張數" in desk.reads()


def arm_and_draw(chens: Desk, lins: Desk) -> None:
    """One asks, the other approves and presses 開始抽籤, which is dead afterwards."""
    chens.open("/draws")
    chens.press("申請啟動勾選的抽籤")
    assert "請由另一位管理人員核准" in chens.reads()
    lins.open("/draws")
    lins.press("核准啟動")
    assert "已啟動 1 場" in lins.reads()
    lins.follow("作業")
    lins.press("開始抽籤")
    assert "抽籤完成" in lins.reads()
    assert lins.page.get_by_role("button", name="開始抽籤").is_disabled()


def take_the_copies(desk: Desk) -> None:
    """For the notice board and for the sale, masked."""
    desk.open(f"/draw/show/{DRAW}")
    for copy in ("匯出公告用", "匯出購票紀錄用"):
        rows = str(list(load_workbook(BytesIO(desk.take(copy))).worksheets[0].iter_rows(values_only=True)))
        assert rows.count("王○") == 4
        assert not re.search(r"王小|AAA-0|0900000", rows)


@pytest.mark.timeout(180)
def test_from_its_places_to_the_gate(
    office: Office, browser: Browser, address: str, chen: Person, lin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    chens, lins = Desk(browser, chen, address), Desk(browser, lin, address)
    set_places(chens)
    moved_to_the_recorded_beacon(office)
    apply(office, 4)
    announce_as_the_schedule_did(office, monkeypatch)
    chens.open(f"/draw/screen/{DRAW}")
    assert marks(chens) == {"": WHITE}
    arm_and_draw(chens, lins)
    chens.open(f"/draw/screen/{DRAW}")
    chens.shoot("大螢幕")
    assert marks(chens) == {"正取 1": DARK_RED, "正取 2": DARK_RED, "備取 1": LIGHT_RED, "備取 2": LIGHT_RED}
    take_the_copies(chens)

    sell(chens, "正取 1", "A-1")
    chens.open(f"/draw/show/{DRAW}")
    second = chens.page.locator(".marks li", has=chens.page.get_by_text("正取 2", exact=True)).locator("span")
    office.house.places.take_back(DRAW, second.inner_text(), Vacated.GIVEN_UP, reason="本人放棄", staff="staff:chen")
    lins.follow("備取設定")
    assert "備取 1" in lins.reads()
    lins.press("確定通知")
    assert "通知 備取 1" in lins.reads()
    sell(chens, "備取 1", "A-2")

    chens.open(f"/sales?round={DRAW}")
    assert chens.reads().count("付款成功") == 2
    chens.shoot("月票繳費查詢")
    unmask(chens)
    chens.open(f"/gates?day={MONTH}-01")
    chens.shoot("購買資料管理")
    lines = chens.take("CSV").decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert all(line.endswith(f"{MONTH}-01,{MONTH}-30") for line in lines[1:])
    actions = {action for actor, action in office.audit() if actor == "staff:lin"}
    assert {"draw.armed", "round.drawn", "round.published"} <= actions, actions
    assert ("staff:chen", "entry.unmasked") in office.audit()
