"""What is checked before money is taken: fresh amounts, bills claimed elsewhere, an older order of the citizen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.errors import CitizenMistakeError
from domain.orders import AttemptState, OrderState
from domain.ports.payments import AttemptOutcome
from services.payments import Changed, Go
from services.receipts import receipt
from tests.pay.world import OTHER, World, bill, notice


def test_bills_asked_a_minute_ago_are_asked_again(world: World) -> None:
    young = world.open(bill("A1"))
    world.start(young)
    assert world.sources.asked == []
    old = world.open(bill("A2"), age=timedelta(seconds=61))
    assert isinstance(world.start(old), Go)
    assert world.sources.asked == [bill("A2").key]


def test_a_changed_amount_is_shown_and_not_taken(world: World) -> None:
    order = world.open(bill("A1", 80), age=timedelta(minutes=5))
    world.sources.now = {bill("A1").key: bill("A1", 130)}
    assert world.start(order) == Changed()
    assert world.bank.starts == []
    shown = world.read(order)
    assert (shown.total, shown.lines[0].pay_amount) == (130, 130)
    assert world.start(order) == Changed()  # a page that still shows 80 starts nothing
    assert isinstance(world.start(shown), Go)


def test_an_amount_that_changes_between_two_steps_of_a_start_is_not_taken(world: World) -> None:
    order = world.open(bill("A1", 80), age=timedelta(minutes=5))
    world.sources.meanwhile = lambda: world.open(bill("A1", 130))  # the citizen looks the plate up again
    assert world.start(order) == Changed()
    assert world.bank.starts == []
    assert world.read(order).total == 130


def test_a_bill_that_is_gone_is_shown_and_not_taken(world: World) -> None:
    order = world.open(bill("A1", 80), bill("A2", 20), age=timedelta(minutes=5))
    world.sources.now = {bill("A1").key: None}
    assert world.start(order) == Changed()
    shown = world.read(order)
    assert (shown.total, [line.standing.value for line in shown.lines]) == (20, ["gone", "due"])
    assert world.bank.starts == []


def test_what_was_paid_here_meanwhile_is_shown_along_with_what_changed(world: World) -> None:
    mine = world.open(bill("A1", 80), bill("A2", 20), age=timedelta(minutes=5))
    theirs = world.open(bill("A1", 80), citizen=OTHER)
    world.start(theirs)
    world.bank.pay(world.trade(theirs), 80)
    assert world.settle(theirs) is AttemptState.PAID
    world.sources.now = {bill("A1").key: bill("A1", 80), bill("A2").key: bill("A2", 30)}
    assert world.start(mine) == Changed()
    shown = world.read(mine)
    assert (shown.total, [line.standing.value for line in shown.lines]) == (30, ["paid_here", "due"])


def test_a_source_that_cannot_be_asked_means_nothing_is_taken(world: World) -> None:
    order = world.open(bill(), age=timedelta(minutes=5))
    world.sources.unreachable = True
    with pytest.raises(CitizenMistakeError) as error:
        world.start(order)
    assert "尚未扣款" in error.value.text
    assert world.bank.starts == []
    assert world.read(order).state is OrderState.OPEN


def test_unticked_bills_are_not_paid(world: World) -> None:
    order = world.open(bill("A1", 80), bill("A2", 20))
    world.start(order, keys={bill("A2").key})
    world.bank.pay(world.trade(order), 20)
    assert world.settle(order) is AttemptState.PAID
    with world.unit() as uow:
        assert set(world.orders.paid_keys(uow, {bill("A1").key, bill("A2").key})) == {bill("A2").key}
        assert [line.key.number for line in receipt(uow, order.id).lines] == ["A2"]


@pytest.mark.parametrize(("first", "second"), [("bill", "notice"), ("notice", "bill")])
def test_a_bill_inside_a_paid_notice_cannot_be_paid_alone_nor_the_reverse(world: World, first, second) -> None:
    payables = {"bill": bill("A1", 240), "notice": notice("101008521", bill("A1", 240), bill("A2", 350), extra=190)}
    mine = world.open(payables[first])
    theirs = world.open(payables[second], citizen=OTHER)
    world.start(mine)
    with pytest.raises(CitizenMistakeError):
        world.start(theirs)
    world.bank.pay(world.trade(mine), mine.total)
    assert world.start(theirs) == Changed()
    assert world.read(theirs).lines[0].standing.value == "paid_here"
    assert len(world.bank.starts) == 1
    with pytest.raises(CitizenMistakeError):
        world.open(payables[second])


def test_one_bill_in_many_orders_started_at_once_is_claimed_once(world: World) -> None:
    shared = bill("A1")
    orders = [world.open(shared, bill(f"B{n}"), citizen=f"U{n:032d}") for n in range(12)]

    def start(order) -> bool:
        try:
            return isinstance(world.start(order), Go)
        except CitizenMistakeError:
            return False

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(start, orders)) == 1
    assert world.rows("SELECT count(*) FROM claim WHERE live AND number = 'A1'") == [(1,)]
    assert world.rows("SELECT count(*) FROM orders WHERE state = 'paying'") == [(1,)]


def test_starting_again_ends_the_citizens_older_order_at_its_provider_first(world: World) -> None:
    older = world.open(bill("A1"), bill("A2"))
    world.start(older)
    first = world.trade(older)
    newer = world.open(bill("A1"))
    assert isinstance(world.start(newer), Go)
    assert world.bank.books[first].outcome is AttemptOutcome.CANCELLED
    assert world.read(older).state is OrderState.REPLACED


def test_starting_again_finds_out_that_the_older_order_was_paid(world: World) -> None:
    older = world.open(bill("A1"), bill("A2"))
    world.start(older)
    world.bank.pay(world.trade(older), older.total)
    newer = world.open(bill("A1"))
    assert world.start(newer) == Changed()
    assert world.read(older).state is OrderState.PAID
    assert len(world.bank.starts) == 1


def test_another_way_is_allowed_only_once_the_provider_has_let_go(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    world.bank.can_withdraw = False
    with pytest.raises(CitizenMistakeError):
        world.payments.withdraw(world.unit, order.id)
    assert world.read(order).state is OrderState.PAYING
    world.bank.can_withdraw = True
    world.payments.withdraw(world.unit, order.id)
    assert world.read(order).state is OrderState.OPEN
