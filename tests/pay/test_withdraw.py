"""Wanting another way while the money is just being taken: nothing is called cancelled that may be paid."""

import pytest

from domain.errors import CitizenMistakeError
from domain.orders import AttemptState, OrderState
from domain.ports.payments import AttemptOutcome, Taking
from tests.pay.world import World, bill


def test_money_begun_to_be_taken_while_the_provider_lets_go_is_not_called_cancelled(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    attempt_id = world.attempt_id(world.trade(order))
    begun = []

    def somebody_confirms(_: Taking) -> None:
        if not begun:
            begun.append(True)
            with world.unit() as uow:
                assert world.payments._booking.may_confirm(uow, attempt_id)

    world.bank.on_ask = somebody_confirms
    with pytest.raises(CitizenMistakeError):
        world.payments.withdraw(world.unit, order.id)
    assert world.read(order).state is OrderState.PAYING
    world.bank.pay(world.trade(order), order.total)  # their confirm arrives
    assert world.settle(order) is AttemptState.PAID
    assert world.rows("SELECT count(*) FROM refund_due") == [(0,)]


def test_while_money_is_being_taken_a_withdrawal_only_asks(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    with world.unit() as uow:
        world.payments._booking.may_confirm(uow, world.attempt_id(world.trade(order)))
    with pytest.raises(CitizenMistakeError):
        world.payments.withdraw(world.unit, order.id)
    assert world.bank.books[world.trade(order)].outcome is AttemptOutcome.PENDING  # not closed there
