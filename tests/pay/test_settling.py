"""Settling: attempts that ended are asked about once more, and those of providers that are no longer offered, too."""

import uuid
from typing import Any

import pytest
from structlog.testing import capture_logs

from domain.errors import CitizenMistakeError
from domain.orders import AttemptState, OrderState
from domain.ports.payments import AttemptOutcome
from infra.metrics import PROVIDER_GONE
from services.payments import Payments
from tests.pay.world import World, bill, silence


def ended_attempt(world: World) -> uuid.UUID:
    """An attempt that its provider has just called cancelled."""
    order = world.open(bill())
    world.start(order)
    ended = world.attempt_id(world.trade(order))
    world.bank.report(world.trade(order), AttemptOutcome.CANCELLED)
    world.settle(order)
    return ended


def payments_of(world: World, providers: dict[str, Any], **options: Any) -> Payments:
    """Payments of the same house, started again with other providers."""
    it = world.payments
    return Payments(providers, it._orders, it._booking, it._links, it._sources, it._defer, **options)


def due(world: World) -> list[uuid.UUID]:
    with world.unit() as uow:
        return list(world.payments.due(uow))


def test_an_ended_attempt_is_asked_about_after_one_two_and_ten_minutes(world: World) -> None:
    ended = ended_attempt(world)
    assert due(world) == []
    for seconds in (61, 60, 480):
        world.age_attempts(seconds)
        assert due(world) == [ended]
        assert due(world) == []  # leased
        world.payments.settle(world.unit, ended)
    world.age_attempts(7000)
    assert due(world) == []


def test_a_provider_that_is_silent_about_an_ended_attempt_is_asked_again_for_a_day(world: World) -> None:
    ended = ended_attempt(world)
    world.bank.on_ask = silence
    world.age_attempts(3600)
    world.payments.settle(world.unit, ended)
    world.age_attempts(601)
    assert due(world) == [ended]
    world.age_attempts(24 * 3600)
    world.payments.settle(world.unit, ended)
    world.age_attempts(3600)
    assert due(world) == []


def test_money_a_minute_after_the_end_is_found_by_the_schedule(world: World) -> None:
    ended = ended_attempt(world)
    (trade,) = world.bank.starts
    world.bank.report(trade, AttemptOutcome.PAID, 80, "R1")
    world.age_attempts(61)
    for attempt_id in due(world):
        world.payments.settle(world.unit, attempt_id)
    assert world.rows("SELECT attempt_id <> :ended, reason FROM refund_due", ended=ended) == [(True, "late")]


def test_a_provider_that_is_no_longer_offered_takes_nothing_new_but_is_asked(world: World) -> None:
    order, other = world.open(bill("A1")), world.open(bill("A2"))
    world.start(order)
    world.bank.pay(world.trade(order), order.total)
    switched_off = payments_of(world, {world.bank.key: world.bank}, offered=())
    assert switched_off.ways == ()
    assert switched_off.name_of("demobank") == "熊讚銀行"
    world.payments = switched_off
    with pytest.raises(CitizenMistakeError) as refused:
        world.start(other)
    assert "目前不提供" in refused.value.text
    assert world.settle(order) is AttemptState.PAID


def test_an_attempt_that_nobody_can_ask_about_raises_an_alarm_and_stays_unknown(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    world.payments = payments_of(world, {})
    before = PROVIDER_GONE.labels("demobank")._value.get()
    with capture_logs() as lines:
        assert world.settle(order) is AttemptState.UNKNOWN
    assert [(line["event"], line["log_level"], line["provider"]) for line in lines] == [
        ("payment_provider_gone", "error", "demobank")
    ]
    assert PROVIDER_GONE.labels("demobank")._value.get() == before + 1
    assert world.read(order).state is OrderState.PAYING  # its bills stay held: the money may have moved
    with pytest.raises(CitizenMistakeError):
        world.payments.withdraw(world.unit, order.id)
    world.age_attempts(11)
    assert due(world) == [world.attempt_id(world.trade(order))]  # asked again, more and more slowly
