"""Money from the stores is booked once, doubles go onto the refund list; books are compared by the day."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask

from domain.clock import TAIPEI, city_date
from domain.moneycsv import Taken
from domain.orderview import OrderView
from domain.refunds import RefundRules, RefundState
from jobs.commands.money import money as commands
from services.booking import Booking
from services.receipts import receipt
from services.reconciliation import compare
from services.refunds import Refunds
from services.storemoney import Outcome, StoreMoney
from services.storeslips import StoreSlips
from tests.pay.test_store import due
from tests.pay.webapp import STORE_CODE
from tests.pay.world import CITIZEN, ReceiptRecorder, Recorder, World, bill, notice

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # noon in Taiwan
TODAY = city_date(NOW)


@pytest.fixture
def stores(world: World) -> StoreMoney:
    recorder = Recorder()
    return StoreMoney(Booking(recorder.mark_paid, recorder, world.links, ReceiptRecorder()))


def shown(world: World, *bills, citizen: str | None = CITIZEN) -> tuple[OrderView, list[str]]:
    """An order whose barcodes were shown; the numbers of its slips in page order."""
    order = world.open(*bills, citizen=citizen)
    slips = StoreSlips(STORE_CODE, world.orders, world.payments.refresh, world.clock)
    assert slips.make(world.unit, order.id, {line.key for line in order.chosen}, order.edition)
    with world.unit() as uow:
        return order, [slip.segments.second for slip in slips.of(uow, order.id)]


def take(world: World, stores: StoreMoney, number: str, reference: str = "C1", amount: int = 80) -> Outcome:
    with world.unit() as uow:
        return stores.take(uow, Taken(2, reference, number, amount, NOW - timedelta(days=2)))


def pay_here(world: World, order: OrderView) -> None:
    """Paid on the provider's page on TODAY."""
    world.bank.now = lambda: NOW
    world.start(order)
    world.bank.pay(world.trade(order), order.total)
    world.settle(order)


def test_one_of_two_bills_paid_at_a_store(world: World, stores: StoreMoney) -> None:
    order, (first, _) = shown(world, due("A1", 80), due("A2", 200))
    assert take(world, stores, first) is Outcome.BOOKED
    (row,) = world.rows("SELECT id FROM orders WHERE state = 'paid'")
    with world.unit() as uow:
        proof = receipt(uow, row[0])
    assert (proof.provider, proof.total, [line.key.number for line in proof.lines]) == ("store", 80, ["A1"])
    assert proof.paid_at == NOW - timedelta(days=2)
    assert world.noted("ledger") == ["NWT:bill:A1"]
    assert world.noted("notice") == [f"payment_done:{CITIZEN}:80"]
    went = world.start(world.read(order))  # its own page shows what was paid, and the other can be paid
    assert [line.key.number for line in world.read(order).due] == ["A2"]
    assert went is not None


def test_a_notice_paid_at_a_store_pays_its_bills(world: World, stores: StoreMoney) -> None:
    inside = due("A1", 240)
    _, (number,) = shown(world, notice("N1", inside))
    assert take(world, stores, number, amount=290) is Outcome.BOOKED
    with world.unit() as uow:
        assert inside.key in world.orders.paid_keys(uow, {inside.key})


def test_the_same_file_twice_and_at_once_books_once(world: World, stores: StoreMoney) -> None:
    _, (number,) = shown(world, due("A1"))
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: take(world, stores, number), range(8)))
    assert sorted(outcomes) == sorted([Outcome.BOOKED] + [Outcome.KNOWN] * 7)
    assert world.rows("SELECT count(*), sum(amount) FROM payment") == [(1, 80)]


def test_paid_twice_at_stores_is_a_double(world: World, stores: StoreMoney) -> None:
    _, (number,) = shown(world, due("A1"))
    assert [take(world, stores, number, reference) for reference in ("C1", "C2", "C2")] == [
        Outcome.BOOKED, Outcome.DOUBLE, Outcome.KNOWN,
    ]  # fmt: skip
    assert world.rows("SELECT amount, reason FROM refund_due") == [(80, "double")]
    assert world.noted("notice")[-1] == f"payment_to_refund:{CITIZEN}:80"
    assert world.rows("SELECT count(*) FROM attempt WHERE next_ask_at IS NOT NULL") == [(0,)]


def test_paid_here_before_the_stores_money_came_is_a_double(world: World, stores: StoreMoney) -> None:
    order, (number,) = shown(world, due("A1"))
    pay_here(world, order)
    assert take(world, stores, number) is Outcome.DOUBLE
    assert world.rows("SELECT amount, reason FROM refund_due") == [(80, "double")]
    assert world.rows("SELECT sum(amount) FROM payment") == [(160,)]


def test_while_it_is_being_paid_another_way_nothing_is_decided(world: World, stores: StoreMoney) -> None:
    order, (number,) = shown(world, due("A1"))
    world.start(order)
    before = world.rows("SELECT count(*) FROM orders")
    assert take(world, stores, number) is Outcome.BUSY
    assert world.rows("SELECT count(*) FROM orders") == before
    world.payments.withdraw(world.unit, order.id)
    assert take(world, stores, number) is Outcome.BOOKED


def test_other_numbers_and_amounts_are_for_staff(world: World, stores: StoreMoney) -> None:
    _, (number,) = shown(world, due("A1"))
    assert take(world, stores, "9" * 16) is Outcome.NOT_OURS
    assert take(world, stores, number, amount=79) is Outcome.DIFFERS
    assert world.rows("SELECT count(*) FROM payment") == [(0,)]
    take(world, stores, number)
    assert take(world, stores, number, amount=81) is Outcome.DIFFERS  # the same reference with another amount


def test_money_of_a_store_goes_back_by_hand(world: World, stores: StoreMoney) -> None:
    _, (number,) = shown(world, due("A1"))
    take(world, stores, number)
    recorder = Recorder()
    refunds = Refunds({}, recorder, RefundRules(100), recorder.defer)
    (row,) = world.rows("SELECT attempt_id FROM payment")
    with world.unit() as uow:
        assert refunds.request(uow, row[0], 80, reason="停車單撤銷", staff="anna")
    (refund,) = world.rows("SELECT id FROM refund")
    assert refunds.carry_out(world.unit, refund[0]) is RefundState.UNKNOWN
    with world.unit() as uow:
        (waits,) = refunds.open(uow)
        assert refunds.due(uow) == []
        assert waits.reason == "by_hand"
        assert refunds.settle_by_staff(uow, refund[0], reference="匯款 1121-0007", staff="ben") is RefundState.DONE
    assert world.rows("SELECT reference, state FROM refund") == [("匯款 1121-0007", "done")]


# Reconciliation


def test_the_books_of_a_day_are_compared_payment_by_payment(world: World) -> None:
    references = []
    for number in ("A1", "A2", "A3"):
        order = world.open(bill(number))
        pay_here(world, order)
        references.append("R" + world.trade(order))
    theirs = [
        Taken(2, references[0], "T1", 80, NOW),
        Taken(3, references[1], "T2", 79, NOW),
        Taken(4, "R-unknown", "T4", 500, NOW),
    ]
    with world.unit() as uow:
        compared = compare(uow, "demobank", TODAY, theirs, actor="staff:chen")
        assert compare(uow, "linepay", TODAY, [], actor="staff:chen").agrees
        assert compare(uow, "demobank", TODAY - timedelta(days=1), [], actor="staff:chen").agrees
    assert (compared.ours, compared.theirs, compared.agreed) == (240, 659, 1)
    found = {one.reference: (one.ours, one.theirs) for one in compared.differences}
    assert found == {references[1]: (80, 79), references[2]: (80, None), "R-unknown": (None, 500)}
    assert world.rows("SELECT count(*) FROM audit_row WHERE action = 'money.reconciled'") == [(3,)]


def test_a_payment_listed_twice_is_a_difference(world: World) -> None:
    order = world.open(bill())
    pay_here(world, order)
    row = Taken(2, "R" + world.trade(order), "T1", 80, NOW)
    with world.unit() as uow:
        assert compare(uow, "demobank", TODAY, [row], actor="staff:chen").agrees
        (difference,) = compare(uow, "demobank", TODAY, [row, row], actor="staff:chen").differences
    assert (difference.ours, difference.theirs) == (80, 160)


# Commands


@pytest.fixture
def say(world: World, stores: StoreMoney, tmp_path: Path) -> Callable[..., Result]:
    app = Flask(__name__)
    app.extensions["house"] = SimpleNamespace(unit=world.unit, store_money=stores)
    app.cli.add_command(commands)

    def run(command: list[str], *rows: str) -> Result:
        file = tmp_path / "file.csv"
        file.write_text("\n".join(["reference,number,amount,paid_at", *rows]), encoding="utf-8")
        return app.test_cli_runner().invoke(args=["money", *command, str(file)])

    return run


def test_a_collection_file_tells_what_became_of_its_rows(world: World, say: Callable[..., Result]) -> None:
    _, (number,) = shown(world, due("A1"))
    at = f"{NOW.astimezone(TAIPEI):%Y-%m-%dT%H:%M:%S}"
    good = say(["collect"], f"C1,{number},80,{at}")
    assert (good.exit_code, good.output.splitlines()[-1]) == (
        0,
        "1 booked, 0 double, 0 known, 0 busy, 0 not_ours, 0 differs",
    )
    mixed = say(["collect"], f"C1,{number},80,{at}", f"C2,{'9' * 16},80,{at}", "C3,x")
    assert mixed.exit_code == 1
    for told in ("line 3: not_ours", "line 4: columns cannot be read", "1 known", "1 not_ours"):
        assert told in mixed.output
    assert world.rows("SELECT count(*) FROM payment") == [(1,)]


def test_a_settlement_file_that_differs_ends_with_an_error(world: World, say: Callable[..., Result]) -> None:
    order = world.open(bill())
    pay_here(world, order)
    reference, at = "R" + world.trade(order), f"{NOW.astimezone(TAIPEI):%Y-%m-%dT%H:%M:%S}"
    command = ["reconcile", "demobank", "--day", TODAY.isoformat()]
    same = say(command, f"{reference},{world.trade(order)},80,{at}")
    assert (same.exit_code, same.output) == (0, "ours NT$80, theirs NT$80, 1 agree, 0 differ\n")
    missing = say(command)
    assert missing.exit_code == 1
    assert f"{reference}  {world.trade(order)}  ours NT$80  theirs missing" in missing.output


def test_a_file_of_another_shape_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_bytes(b"a,b\n")
    app = Flask(__name__)
    app.extensions["house"] = None
    app.cli.add_command(commands)
    told = app.test_cli_runner().invoke(args=["money", "collect", str(tmp_path / "other.csv")])
    assert told.output == "Error: other.csv: the first line must be reference,number,amount,paid_at\n"
