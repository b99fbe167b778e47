"""Another sum than ours was taken: staff let the order go, and the money comes onto the refund list."""

import uuid

import pytest

from domain.orders import AttemptState
from domain.ports.payments import AttemptOutcome
from domain.refunds import RefundRules
from domain.staff import StaffRuleError
from services import refundbook
from services.staff import approvals
from services.stopped import KIND, Stopped
from tests.pay.world import World, bill

LIMIT = 1000  # NT$


@pytest.fixture
def stopped(world: World) -> Stopped:
    return Stopped(world.payments._booking, world.payments._defer, RefundRules(second_person_over=LIMIT))


def taken_otherwise(world: World, amount: int, ours: int = 80) -> str:
    """The trade number of an order of `ours` NT$ whose provider took `amount`."""
    order = world.open(bill(amount=ours))
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
        assert stopped.release(uow, one.attempt_id, reason="已向業者查明", staff="anna")
    for _ in range(2):
        assert world.payments.settle(world.unit, one.attempt_id) is AttemptState.FAILED
    with world.unit() as uow:
        assert [(due.left, due.reason) for due in refundbook.owed(uow)] == [(800, "late")]
        assert stopped.listed(uow) == []
    again = world.open(bill(amount=80))
    world.start(again)
    world.bank.pay(world.trade(again), 80)
    assert world.settle(again) is AttemptState.PAID
    released = world.rows("SELECT actor, detail->>'reason' FROM audit_row WHERE action = 'order.released'")
    assert released == [("anna", "已向業者查明")]


def test_only_what_stands_still_is_released_and_with_a_reason(world: World, stopped: Stopped) -> None:
    order = world.open(bill())
    world.start(order)
    attempt = world.attempt_id(world.trade(order))
    with pytest.raises(StaffRuleError, match="沒有停住"), world.unit() as uow:
        stopped.release(uow, attempt, reason="x", staff="anna")
    with pytest.raises(StaffRuleError, match="沒有這筆"), world.unit() as uow:
        stopped.release(uow, uuid.uuid4(), reason="x", staff="anna")
    taken_otherwise(world, 800, ours=90)
    with world.unit() as uow:
        (one,) = stopped.listed(uow)
    with pytest.raises(StaffRuleError, match="原因"), world.unit() as uow:
        stopped.release(uow, one.attempt_id, reason=" ", staff="anna")


def test_a_large_one_needs_another_person_once(world: World, stopped: Stopped) -> None:
    taken_otherwise(world, 1, ours=LIMIT + 1)
    with world.unit() as uow:
        (one,) = stopped.listed(uow)
        assert not stopped.release(uow, one.attempt_id, reason="已查明", staff="anna")
        (waiting,) = approvals.waiting(uow, [KIND])
        assert stopped.listed(uow) == [one]
    with pytest.raises(StaffRuleError, match="已經有人申請"), world.unit() as uow:
        stopped.release(uow, one.attempt_id, reason="已查明", staff="bert")
    with pytest.raises(StaffRuleError, match="不能核准自己"), world.unit() as uow:
        stopped.decide(uow, waiting.id, approve=True, staff="anna")
    with world.unit() as uow:
        stopped.decide(uow, waiting.id, approve=True, staff="bert")
        assert stopped.listed(uow) == []
    assert world.rows("SELECT actor FROM audit_row WHERE action = 'order.released'") == [("bert",)]
    with pytest.raises(StaffRuleError, match="已經有人決定"), world.unit() as uow:
        stopped.decide(uow, waiting.id, approve=True, staff="bert")


def test_what_was_sent_back_may_be_asked_for_again(world: World, stopped: Stopped) -> None:
    taken_otherwise(world, 1, ours=LIMIT + 1)
    with world.unit() as uow:
        (one,) = stopped.listed(uow)
        stopped.release(uow, one.attempt_id, reason="已查明", staff="anna")
        (waiting,) = approvals.waiting(uow, [KIND])
    with world.unit() as uow:
        stopped.decide(uow, waiting.id, approve=False, staff="bert")
        assert stopped.listed(uow) == [one]
        assert not stopped.release(uow, one.attempt_id, reason="再次查明", staff="anna")
