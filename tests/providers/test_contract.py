"""One suite over every provider: whatever it does, money is taken once, booked once, and never guessed."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from domain.orders import AttemptState, OrderState
from domain.orderview import OrderView
from domain.ports.payments import ForgedNotificationError
from services.orderbook import OrderNotFoundError
from services.payments import Go, Underway
from services.receipts import receipt
from tests.clock import MovableClock
from tests.pay.world import World, bill
from tests.providers.rigs import LOSSES, Rig, given_up_soon

pytestmark = pytest.mark.slow  # every provider, every fault, a server each
STATES = "SELECT state FROM attempt ORDER BY started_at, (state = 'late')"
PAYMENTS = "SELECT amount FROM payment"


@pytest.fixture
def world(pay_engine: Engine, rig: Rig, this_moment: MovableClock) -> World:
    return World.build(pay_engine, provider=rig.provider, clock=this_moment)


def begin(world: World, rig: Rig, *bills: str) -> tuple[OrderView, str]:
    """An order whose citizen is at the provider's page; its trade number."""
    order = world.open(*(bill(number) for number in bills or ("A1",)))
    again(world, rig, order)
    return order, world.trade(order)


def again(world: World, rig: Rig, order: OrderView) -> None:
    going = world.start(world.read(order), provider_key=rig.provider.key)
    assert isinstance(going, Go)
    rig.arrive(going)


def run_out(world: World) -> None:
    """Every time limit of the attempts is over, for us and for the provider."""
    world.age_attempts(3600)
    world.run("UPDATE attempt SET expires_at = now() - interval '1 second'")
    world.clock.move(minutes=31)


def sweep(world: World) -> None:
    """What the schedule does."""
    world.run("UPDATE attempt SET next_ask_at = now() WHERE next_ask_at IS NOT NULL")
    with world.unit() as uow:
        due = world.payments.due(uow)
    for attempt_id in due:
        world.payments.settle(world.unit, attempt_id)


def hear(world: World, rig: Rig, number: str) -> None:
    """The provider's server tells; one that does not is asked by the schedule."""
    headers, body = rig.message(number)
    if not rig.notifies:
        with pytest.raises(ForgedNotificationError):
            world.payments.hear(world.unit, rig.provider.key, headers, body)
        world.payments.settle(world.unit, world.attempt_id(number))
        return
    world.payments.hear(world.unit, rig.provider.key, headers, body)


def test_paid(world: World, rig: Rig) -> None:
    order, number = begin(world, rig, "A1", "A2")
    assert world.settle(order) is AttemptState.STARTED
    rig.agree(number)
    assert world.settle(order) is AttemptState.PAID
    assert rig.taken(number) == order.total == 160
    assert world.rows(PAYMENTS) == [(160,)]
    with world.unit() as uow:
        paid = receipt(uow, order.id)
    assert (paid.trade_number, paid.total, paid.provider) == (number, 160, rig.provider.key)
    assert abs(paid.paid_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_its_own_number_of_the_money_is_kept_digit_by_digit(world: World, rig: Rig) -> None:
    order, number = begin(world, rig)
    rig.agree(number)
    world.settle(order)
    (kept,) = world.rows("SELECT provider_reference FROM payment")[0]
    trade = rig.provider.trade(number) if hasattr(rig.provider, "trade") else rig.fake.trades[number]  # type: ignore[attr-defined]
    assert kept == trade.reference


def test_declined(world: World, rig: Rig) -> None:
    order, number = begin(world, rig)
    rig.refuse(number)
    if not rig.tells_refusal:
        assert world.settle(order) is AttemptState.STARTED
        run_out(world)
    assert world.settle(order) is (AttemptState.FAILED if rig.tells_refusal else AttemptState.EXPIRED)
    assert (world.read(order).state, rig.taken(number)) == (OrderState.OPEN, 0)
    again(world, rig, order)


def test_cancelled_there_and_paid_with_another_try(world: World, rig: Rig) -> None:
    order, number = begin(world, rig)
    rig.leave(number)
    assert world.settle(order) is rig.when_left
    world.payments.withdraw(world.unit, order.id)
    assert world.rows(STATES) == [("cancelled",)]
    again(world, rig, order)
    second = world.trade(order)
    assert second != number
    rig.agree(second)
    assert world.settle(order) is AttemptState.PAID
    assert world.rows(PAYMENTS) == [(80,)]


def test_closed_on_our_word_it_cannot_be_paid_any_more(world: World, rig: Rig) -> None:
    _, number = begin(world, rig)
    world.payments.withdraw(world.unit, world.rows("SELECT id FROM orders")[0][0])
    with suppress(AssertionError):  # a fake whose page is gone
        rig.agree(number)
    sweep(world)
    if rig.provider.closes:
        assert rig.taken(number) == 0
        assert world.rows("SELECT count(*) FROM refund_due") == [(0,)]
    else:
        assert world.rows("SELECT amount, reason FROM refund_due") == [(80, "late")]


@pytest.mark.parametrize("fault", LOSSES)
def test_a_lost_call_around_the_money_is_settled_by_asking(world: World, rig: Rig, fault: str) -> None:
    order, number = begin(world, rig)
    rig.agree(number)
    rig.lose(fault)
    with given_up_soon(fault):
        state = world.settle(order)
    assert state is AttemptState.UNKNOWN or (state is AttemptState.PAID and rig.taken(number) == 80)
    sweep(world)
    assert world.read(order).state is OrderState.PAID
    assert rig.taken(number) == 80
    assert world.rows(PAYMENTS) == [(80,)]


@pytest.mark.parametrize("fault", LOSSES)
def test_a_lost_start_takes_nothing_and_ends(world: World, rig: Rig, fault: str) -> None:
    rig.lose_start(fault)
    order = world.open(bill("A1"))
    with given_up_soon(fault):
        began = world.start(order, provider_key=rig.provider.key)
    assert isinstance(began, Underway) or rig.provider.key == "ecpay"
    assert world.read(order).state is OrderState.PAYING
    run_out(world)
    sweep(world)
    assert world.read(order).state is OrderState.OPEN
    assert world.rows(PAYMENTS) == []


def test_twenty_notifications_at_once_book_the_money_once(world: World, rig: Rig) -> None:
    order, number = begin(world, rig)
    rig.agree(number)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: hear(world, rig, number), range(20)))
    sweep(world)
    assert world.read(order).state is OrderState.PAID
    assert rig.taken(number) == 80
    assert world.rows(PAYMENTS) == [(80,)]
    assert len(world.noted("notice")) == 1


def test_the_notification_may_come_before_the_browser(world: World, rig: Rig) -> None:
    order, number = begin(world, rig)
    rig.agree(number)
    hear(world, rig, number)
    assert world.read(order).state is OrderState.PAID
    assert world.settle(order, may_take=False) is AttemptState.PAID
    assert world.rows(PAYMENTS) == [(80,)]


def test_a_citizen_who_never_comes_back_has_paid(world: World, rig: Rig) -> None:
    order, number = begin(world, rig)
    rig.agree(number)
    sweep(world)
    assert world.read(order).state is OrderState.PAID


def test_a_get_takes_nothing(world: World, rig: Rig) -> None:
    order, number = begin(world, rig)
    rig.agree(number)
    before = rig.taken(number)
    world.settle(order, may_take=False)
    assert rig.taken(number) == before


def test_another_amount_stops_the_order(world: World, rig: Rig) -> None:
    order, number = begin(world, rig)
    rig.take(number, 79)
    assert world.settle(order) is AttemptState.UNKNOWN
    assert world.read(order).stopped
    assert world.rows(PAYMENTS) == []


def test_a_forged_notification_changes_nothing(world: World, rig: Rig) -> None:
    order, number = begin(world, rig)
    headers, body = rig.message(number)
    forged = [
        ({}, b""),
        (headers, body + b"0"),
        (headers, b"\xff\xfe"),
        ({"Digest": "0" * 64}, body.replace(b"A", b"B")),
    ]
    for message in forged:
        with pytest.raises(ForgedNotificationError):
            world.payments.hear(world.unit, rig.provider.key, *message)
    assert world.read(order).state is OrderState.PAYING


def test_a_notification_is_never_believed(world: World, rig: Rig) -> None:
    order, number = begin(world, rig)
    hear(world, rig, number)
    assert world.read(order).state is OrderState.PAYING


def test_an_unknown_order_is_nobodys(world: World, rig: Rig) -> None:
    _, number = begin(world, rig)
    message = rig.message(number)
    world.run("UPDATE attempt SET trade_number = 'SOMEBODYELSES0000000'")
    with pytest.raises(OrderNotFoundError if rig.notifies else ForgedNotificationError):
        world.payments.hear(world.unit, rig.provider.key, *message)


def test_money_after_the_end_is_late_and_goes_back(world: World, rig: Rig) -> None:
    order, number = begin(world, rig)
    run_out(world)
    rig.leave(number)
    sweep(world)
    assert world.read(order).state is OrderState.OPEN
    rig.take(number, 80)
    for _ in range(3):
        sweep(world)
    assert world.rows("SELECT amount, reason FROM refund_due") == [(80, "late")]
    assert world.rows(PAYMENTS) == [(80,)]
    (told,) = world.noted("notice")
    assert told.startswith(f"payment_to_refund:{order.citizen}:80")


def test_money_that_comes_twice_is_a_double(world: World, rig: Rig) -> None:
    order, first = begin(world, rig)
    rig.leave(first)
    world.payments.withdraw(world.unit, order.id)
    again(world, rig, order)
    second = world.trade(order)
    rig.agree(second)
    assert world.settle(order) is AttemptState.PAID
    rig.take(first, 80)
    world.payments.settle(world.unit, world.attempt_id(first))
    assert world.rows("SELECT amount, reason FROM refund_due") == [(80, "double")]
    assert rig.taken(first) + rig.taken(second) == sum(row[0] for row in world.rows(PAYMENTS)) == 160
