"""Another sum than ours was taken: staff let the order go, and the money comes onto the refund list."""

import pytest

from domain.orders import AttemptState
from domain.ports.payments import AttemptOutcome
from services import refundbook
from services.orderbook import OrderNotFoundError
from services.stopped import Stopped
from tests.pay.world import World, bill


@pytest.fixture
def stopped(world: World) -> Stopped:
    return Stopped(world.payments._booking, world.payments._defer)


def taken_otherwise(world: World, amount: int) -> str:
    """The trade number of an order whose provider took `amount`."""
    order = world.open(bill(amount=80))
    world.start(order)
    number = world.trade(order)
    world.bank.report(number, AttemptOutcome.PAID, amount, "R1")
    world.settle(order)
    assert world.read(order).stopped
    return number


def test_released_its_money_is_owed_back_once_and_the_bill_can_be_paid(world: World, stopped: Stopped) -> None:
    number = taken_otherwise(world, 800)
    with world.unit() as uow:
        (one,) = stopped.listed(uow)
        assert (one.trade_number, one.amount) == (number, 80)
        stopped.release(uow, one.attempt_id, staff="anna")
    for _ in range(2):
        assert world.payments.settle(world.unit, one.attempt_id) is AttemptState.FAILED
    with world.unit() as uow:
        assert [(due.left, due.reason) for due in refundbook.owed(uow)] == [(800, "late")]
        assert stopped.listed(uow) == []
    again = world.open(bill(amount=80))
    world.start(again)
    world.bank.pay(world.trade(again), 80)
    assert world.settle(again) is AttemptState.PAID
    assert world.rows("SELECT actor FROM audit_row WHERE action = 'order.released'") == [("anna",)]


def test_only_what_stands_still_is_released(world: World, stopped: Stopped) -> None:
    order = world.open(bill())
    world.start(order)
    attempt = world.attempt_id(world.trade(order))
    with pytest.raises(OrderNotFoundError), world.unit() as uow:
        stopped.release(uow, attempt, staff="anna")
