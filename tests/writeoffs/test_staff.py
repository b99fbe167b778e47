"""What staff see of write-offs and of agencies, and what their commands do."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from jobs.commands.agencies import agencies as agency_commands
from jobs.commands.writeoffs import writeoffs as commands
from services import audit
from tests.pay.world import bill
from tests.writeoffs.conftest import Town

ACTIONS = "SELECT actor, action FROM audit_row WHERE action LIKE :like ORDER BY id"


@pytest.fixture
def run(town: Town) -> Any:
    app = Flask("commands")
    app.extensions["house"] = SimpleNamespace(unit=town.world.unit, write_offs=town.deciding, agencies=town.agencies)
    runner = app.test_cli_runner()

    def invoke(*words: str) -> Result:
        group = agency_commands if words[0] == "agencies" else commands
        return runner.invoke(group, list(words[1:]))

    return invoke


def test_stuck_after_some_tries_it_is_listed_and_still_goes_on(town: Town, run: Any) -> None:
    town.join()
    town.agency.down = 500
    town.pay(bill("A1"))
    town.sweep()
    for _ in range(2):
        town.later()
    assert run("writeoffs", "list").output == ""
    town.later()
    assert "unknown" in run("writeoffs", "list").output
    assert "http_500" in run("writeoffs", "list").output
    assert len(town.world.rows(ACTIONS, like="write_off.for_staff")) == 1
    town.later()
    assert len(town.world.rows(ACTIONS, like="write_off.for_staff")) == 1
    town.agency.down = None
    assert town.later() == 1
    assert run("writeoffs", "list").output == ""


def test_silence_of_a_week_ends_the_tries_until_staff_say_so(town: Town, run: Any) -> None:
    town.join()
    town.agency.down = 500
    town.pay(bill("A1"))
    town.sweep()
    for _ in range(4):
        town.later(timedelta(days=2))
    assert town.states() == ["refused"]
    assert town.listed() == ["gave_up"]
    calls = town.agency.calls
    town.later()
    assert town.agency.calls == calls
    town.agency.down = None
    (id_,) = town.ids()
    assert run("writeoffs", "retry", id_, "--staff", "ben").output == "due\n"
    assert town.later() == 1
    assert ("ben", "write_off.due") in [tuple(row) for row in town.world.rows(ACTIONS, like="write_off.%")]


def test_staff_settle_what_the_agency_has_told_them(town: Town, run: Any) -> None:
    town.join()
    town.agency.no = {"A1": "unknown_bill"}
    order = town.pay(bill("A1"))
    town.sweep()
    (id_,) = town.ids()
    assert "only a refused one" in run("writeoffs", "settle", id_, "--booked", "--staff", "ben").output
    town.later()
    assert run("writeoffs", "settle", id_, "--staff", "ben").exit_code == 2
    assert run("writeoffs", "settle", id_, "--booked", "--staff", "ben").output == "accepted\n"
    assert f"write_off_done:{order.citizen}:80:trial" in town.world.noted("notice")
    assert "only what is on the list" in run("writeoffs", "retry", id_, "--staff", "ben").output
    assert "no such write-off" in run("writeoffs", "retry", str(order.id), "--staff", "ben").output


def test_an_unclear_refund_is_listed_until_staff_have_said(town: Town, run: Any) -> None:
    town.join()
    order = town.pay(bill("A1", 80), bill("A2", 80))
    town.give_back(order, 80)
    (refund,) = re.findall(r"unclear  (\S+)  NT\$80", run("writeoffs", "list").output)
    assert "at most" in run("writeoffs", "reverse", refund, "A1", "90", "--staff", "ben").output
    assert run("writeoffs", "reverse", refund, "A1", "80", "--staff", "ben").output == "the agency will be told\n"
    assert run("writeoffs", "list").output == ""
    assert ("ben", "write_off.reversed") in [tuple(row) for row in town.world.rows(ACTIONS, like="write_off.%")]


def test_what_waits_to_be_fetched_is_told_by_agency(town: Town, run: Any) -> None:
    town.pay(bill("A1", 80), bill("A2", 20))
    town.pay(bill("B1", 5, agency="TPE"))  # nobody has added these agencies
    lines = [line.split(", since")[0] for line in run("writeoffs", "list").output.splitlines()]
    assert lines == ["waiting  NWT  2 to be fetched, NT$100", "waiting  TPE  1 to be fetched, NT$5"]


def test_agencies_are_added_given_an_address_and_listed(town: Town, run: Any) -> None:
    assert run("agencies", "add", "NWT", "新北市交通局", "--staff", "anna").output == "added\n"
    assert "已經有這個代碼" in run("agencies", "add", "NWT", "x", "--staff", "anna").output
    assert "機關代碼是" in run("agencies", "add", "nwt!", "x", "--staff", "anna").output
    assert "必須是 https" in run("agencies", "webhook", "NWT", "http://example.org/x", "--staff", "anna").output
    secret = run("agencies", "webhook", "NWT", "https://agency.example/write-offs", "--staff", "anna").output.strip()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    listed = run("agencies", "list").output
    assert listed == "NWT  新北市交通局  https://agency.example/write-offs\n"
    assert secret not in str(town.world.rows("SELECT * FROM agency")), "at rest it is encrypted"
    again = run("agencies", "webhook", "NWT", "https://agency.example/other", "--staff", "anna").output
    assert again == "done\n", "the secret stays with another address"
    new = run("agencies", "webhook", "NWT", "--replace-secret", "--staff", "anna").output.strip()
    assert new != secret
    assert "two secrets sign" in run("agencies", "list").output
    assert "請先停用舊的" in run("agencies", "webhook", "NWT", "--replace-secret", "--staff", "anna").output
    assert run("agencies", "webhook", "NWT", "--drop-old-secret", "--staff", "anna").output == "done\n"
    assert run("agencies", "webhook", "NWT", "--drop", "--staff", "anna").output == "done\n"
    assert "fetches" in run("agencies", "list").output
    assert "沒有這個代碼的機關" in run("agencies", "webhook", "TPE", "--drop", "--staff", "anna").output
    assert run("agencies", "webhook", "NWT", "--staff", "anna").exit_code == 2
    deeds = [row[1] for row in town.world.rows(ACTIONS, like="agency.%")]
    assert deeds == [
        "agency.added", "agency.webhook_set", "agency.webhook_set", "agency.secret_replaced",
        "agency.old_secret_dropped", "agency.webhook_dropped",
    ]  # fmt: skip
    assert audit.SYSTEM not in [row[0] for row in town.world.rows(ACTIONS, like="agency.%")]
