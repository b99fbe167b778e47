"""Kill switches: nothing new is begun, what has begun is settled, citizens are told why."""

import dataclasses
from types import SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from domain.errors import CitizenMistakeError
from domain.orders import AttemptState, OrderState
from jobs.commands.halts import halt as commands
from services import halts
from tests.pay.test_pages import address, press
from tests.pay.test_store import due
from tests.pay.webapp import make_app
from tests.pay.world import CITIES, World, bill


def say(world: World, *words: str) -> Result:
    app = Flask(__name__)
    app.extensions["house"] = SimpleNamespace(unit=world.unit, providers={"demobank": world.bank}, cities=CITIES)
    app.cli.add_command(commands)
    return app.test_cli_runner().invoke(args=["halt", *words])


def stop(world: World, what: str) -> None:
    told = say(world, "stop", what, "--zh", "系統維護中", "--en", "Under maintenance", "--staff", "anna")
    assert told.output == "stopped\n"


def page(world: World) -> tuple[FlaskClient, str]:
    return make_app(world).test_client(), address(world, world.open(due("A1")))


@pytest.mark.parametrize("what", ["demobank", "money"])
def test_a_stopped_provider_takes_nothing_new(world: World, what: str) -> None:
    order = world.open(due("A1"))
    stop(world, what)
    with pytest.raises(CitizenMistakeError):
        world.start(order)
    assert world.bank.starts == []
    assert world.read(order).state is OrderState.OPEN
    assert say(world, "resume", what, "--staff", "anna").output == "resumed\n"
    world.start(order)
    assert len(world.bank.starts) == 1


def test_what_has_begun_is_settled(world: World) -> None:
    order = world.open(due("A1"))
    world.start(order)
    stop(world, "money")
    world.bank.pay(world.trade(order), 80)
    assert world.settle(order) is AttemptState.PAID


def test_the_page_says_why_instead_of_its_button(world: World) -> None:
    stop(world, "demobank")
    browser, path = page(world)
    shown = browser.get(path).text
    assert 'value="demobank"' not in shown
    assert 'value="store"' in shown
    assert "系統維護中" in shown
    assert "Under maintenance" in browser.get(path + "?lang=en").text


def test_all_of_it_stops_barcodes_too(world: World) -> None:
    stop(world, "money")
    browser, path = page(world)
    shown = browser.get(path).text
    assert 'name="provider"' not in shown
    refused = press(browser, path, provider="store")
    assert refused.status_code == 409
    assert "這個繳費方式目前暫停" in refused.text


def test_a_stopped_citys_bills_are_not_paid_here_and_others_are(world: World) -> None:
    order = world.open(due("A1"), dataclasses.replace(due("T1"), agency="TPE"))
    stop(world, "TPE")
    with pytest.raises(CitizenMistakeError) as refused:
        world.start(order)
    assert "請取消勾選該機關的帳單" in refused.value.text
    assert world.bank.starts == []
    world.start(order, keys={bill("A1").key})
    assert len(world.bank.starts) == 1


def test_the_page_and_the_barcodes_say_so_too(world: World) -> None:
    order = world.open(due("A1"), dataclasses.replace(due("T1"), agency="TPE"))
    stop(world, "TPE")
    browser, path = make_app(world).test_client(), address(world, order)
    shown = browser.get(path).text
    assert "臺北市的帳單目前不在這裡收。" in shown
    assert "系統維護中" in shown
    assert "Bills of Taipei City are not paid here at the moment." in browser.get(path + "?lang=en").text
    refused = press(browser, path, provider="store")
    assert refused.status_code == 409
    assert world.rows("SELECT count(*) FROM store_slip") == [(0,)]


def test_a_payment_of_its_bills_that_has_begun_goes_on(world: World) -> None:
    order = world.open(due("A1"))
    first = world.start(order)
    stop(world, "NWT")
    assert world.start(order) == first


def test_a_page_asks_the_database_every_few_seconds_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [100.0]
    monkeypatch.setattr(halts.time, "monotonic", lambda: seconds[0])
    seen = halts.Seen(world.unit)
    assert seen.now() == {}
    stop(world, "money")
    assert seen.now() == {}
    seconds[0] += halts.SEEN_FOR
    assert list(seen.now()) == ["money"]


def test_the_command_knows_what_can_be_stopped(world: World) -> None:
    unknown = say(world, "stop", "linepya", "--zh", "x", "--en", "x", "--staff", "anna")
    assert "one of NWT, TPE, demobank, money, pushes, store" in unknown.output
    assert "both texts" in say(world, "stop", "money", "--zh", " ", "--en", "x", "--staff", "anna").output
    assert "not stopped" in say(world, "resume", "money", "--staff", "anna").output
    stop(world, "store")
    assert say(world, "list").output == "store  系統維護中  Under maintenance\n"
    assert world.rows("SELECT action, actor, subject_id FROM audit_row") == [("halt.stopped", "anna", "store")]
