"""`flask refunds`: what staff type and read."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import Engine

from domain.refunds import RefundState
from infra.crypto import FieldCipher
from jobs.commands.refunds import refunds as commands
from services.refundaccounts import RefundAccounts
from tests.accounts import DATA_KEY
from tests.clock import MovableClock
from tests.pay.world import KEYS, World
from tests.providers.rigs import LOSSES, RIGS
from tests.providers.test_refunds import LIMIT, Desk, desk_of


@pytest.fixture(params=["demobank"])
def desk(request: pytest.FixtureRequest, pay_engine: Engine) -> Desk:
    with RIGS[request.param](pay_engine, MovableClock(datetime.now(UTC))) as rig:
        return desk_of(World.build(pay_engine, provider=rig.provider), rig, 300)


@pytest.fixture
def staff(desk: Desk) -> FlaskCliRunner:
    app = Flask(__name__)
    accounts = RefundAccounts(FieldCipher((DATA_KEY,)), "https://park.example", KEYS, desk.world.clock)
    app.extensions["house"] = SimpleNamespace(unit=desk.world.unit, refunds=desk.refunds, refund_accounts=accounts)
    app.cli.add_command(commands)
    return app.test_cli_runner()


def say(staff: FlaskCliRunner, *words: str) -> str:
    return staff.invoke(args=["refunds", *words]).output


def test_from_the_trade_number_to_the_approved_refund(desk: Desk, staff: FlaskCliRunner) -> None:
    found = say(staff, "find", desk.number)
    assert found == f"{desk.money}  paid NT$300  given back NT$0\n"
    asked = say(staff, "request", str(desk.money), str(LIMIT + 1), "--reason", "重複繳費", "--staff", "anna")
    assert asked == "waits for another person's approval\n"
    line = say(staff, "list")
    assert "waiting" in line
    assert "by anna" in line
    request = line.split()[1]
    assert "另一位同仁" in say(staff, "approve", request, "--staff", "anna")
    assert say(staff, "approve", request, "--staff", "ben") == "approved\n"
    assert say(staff, "list").startswith("asked    ")
    desk.carry_out()
    assert say(staff, "list") == ""
    assert "given back NT$101" in say(staff, "find", desk.number)


def test_what_the_rules_forbid_is_one_line(desk: Desk, staff: FlaskCliRunner) -> None:
    assert "最多可退 300 元" in say(staff, "request", str(desk.money), "301", "--reason", "x", "--staff", "anna")
    nobody = "00000000-0000-0000-0000-000000000000"
    assert "no such money" in say(staff, "request", nobody, "1", "--reason", "x", "--staff", "anna")
    assert "no such" in say(staff, "reject", nobody, "--staff", "ben")


def test_an_unknown_refund_is_settled_by_what_staff_saw(desk: Desk, staff: FlaskCliRunner) -> None:
    desk.ask(50)
    desk.rig.lose_refund(LOSSES[1])
    assert desk.carry_out() is RefundState.UNKNOWN
    refund = str(desk.world.rows("SELECT id FROM refund")[0][0])
    assert "either --done" in say(staff, "settle", refund, "--staff", "ben")
    assert say(staff, "settle", refund, "--done", "V1", "--staff", "ben") == "done\n"
    assert "只有結果不明的退款" in say(staff, "settle", refund, "--not-made", "--staff", "ben")
    assert desk.world.rows("SELECT actor FROM audit_row WHERE action = 'refund.done'") == [("ben",)]
