"""axe-core finds nothing against WCAG 2.1 AA on any pay page, in both languages, on a phone and on a desktop."""

import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from domain.orders import AttemptState
from tests.clock import MovableClock
from tests.pay.test_store import due
from tests.pay.webapp import serving
from tests.pay.world import World, notice
from tests.providers.rigs import ecpay_rig

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
LEVEL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
LOOK = """([tags, rules]) => axe.run({runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], rules})
    .then(found => [found.passes.length, found.violations])"""
PHONE, DESKTOP = 390, 1280

pytestmark = pytest.mark.browser


@pytest.fixture
def world(pay_engine: Engine) -> Iterator[World]:
    with serving(pay_engine) as served:
        yield served


@pytest.fixture(params=[PHONE, DESKTOP])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 844})
    yield context.new_page()
    context.close()


def violations(page: Page, *, without: Collection[str] = ()) -> list[str]:
    """What axe finds on the page that is open, `without` the rules of these names."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE + ";null")
    passes, found = page.evaluate(LOOK, [LEVEL, {rule: {"enabled": False} for rule in without}])
    assert passes > 10, "axe has looked at the page"
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def pay(world: World) -> str:
    order = world.open(due("A1", 1140))
    world.start(order)
    world.run("UPDATE demobank.trade SET state = 'paid', decided_at = now()")
    world.clock.move(seconds=1)
    assert world.settle(order) is AttemptState.PAID
    return world.links.receipt(order.id)


def open_order(world: World, page: Page) -> None:
    page.goto(world.links.pay(world.open(due("A1", 80), notice("N1", due("A2", 240)))))


def open_mistake(world: World, page: Page) -> None:
    open_order(world, page)
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("button", name=re.compile("熊讚|Bravo")).click()


def open_paying(world: World, page: Page) -> None:
    order = world.open(due("A1", 80))
    world.start(order)
    page.goto(world.links.pay(order))


def open_slip(world: World, page: Page) -> None:
    page.goto(world.links.pay(world.open(due("A1", 80), due("A2", 200), due("A3", 20_001))))
    page.get_by_role("button", name=re.compile("超商")).click()


def open_receipt(world: World, page: Page) -> None:
    page.goto(pay(world))


def open_wrong_company(world: World, page: Page) -> None:
    page.goto(pay(world))
    page.get_by_role("textbox").fill("12345677")
    page.get_by_role("button", name="下載 PDF").click()


def open_unknown(world: World, page: Page) -> None:
    page.goto(f"{world.links.public_url}/p/nothing")


PAGES = [open_order, open_mistake, open_paying, open_slip, open_receipt, open_wrong_company, open_unknown]


@pytest.mark.parametrize("opens", PAGES)
def test_axe_finds_nothing(world: World, page: Page, opens: Callable[[World, Page], None]) -> None:
    opens(world, page)
    assert violations(page) == []
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en" or opens is open_unknown
    assert violations(page) == []


def test_axe_finds_nothing_before_a_provider_that_wants_a_form(pay_engine: Engine, page: Page) -> None:
    with (
        ecpay_rig(pay_engine, MovableClock(datetime.now(UTC))) as rig,
        serving(pay_engine, provider=rig.provider) as world,
    ):
        page.goto(world.links.pay(world.open(due("A1", 80))))
        page.get_by_role("button", name=re.compile("綠界")).click()
        assert violations(page) == []
        page.get_by_role("link", name="回上一頁").click()
        assert "改用其他方式前請注意" in page.content()
        assert violations(page) == []


def test_axe_does_find_what_is_wrong(world: World, page: Page) -> None:
    open_order(world, page)
    page.evaluate("document.querySelector('h1').outerHTML += '<input><img src=\"data:,\">'")
    assert {one.split(":")[0] for one in violations(page)} >= {"label", "image-alt"}
