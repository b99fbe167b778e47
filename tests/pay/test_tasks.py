"""The tasks of money on the real queue: a start that was killed is found, asked about and settled by itself."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import croniter

from domain.orders import OrderState
from domain.ports.payments import AttemptOutcome
from infra.queue import defer
from jobs.tasks import payments as tasks
from services.settling import SWEEP_AT_ONCE
from tests.pay.world import World, bill

JOBS = "SELECT task_name, args->>'attempt_id' FROM procrastinate_jobs ORDER BY id"


def context(world: World) -> Any:
    given = {"payments": world.payments, "orders": world.orders, "units": world.unit}
    return SimpleNamespace(additional_context=given)


def test_the_sweep_queues_a_job_for_each_attempt_that_is_due_and_the_job_settles_it(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    trade = world.trade(order)
    tasks.sweep(context(world), timestamp=0)
    assert world.rows(JOBS) == []  # too early
    world.bank.pay(trade, order.total)
    world.age_attempts(61)
    tasks.sweep(context(world), timestamp=0)
    tasks.sweep(context(world), timestamp=10)  # leased: not a second time
    attempt_id = str(world.attempt_id(trade))
    assert world.rows(JOBS) == [("payments.settle", attempt_id)]
    tasks.settle(context(world), attempt_id=attempt_id)
    assert world.read(order).state is OrderState.PAID


def many_due(world: World, count: int) -> None:
    """So many attempts whose time to be asked about has come."""
    order = world.open(bill())
    world.start(order)
    world.run("UPDATE attempt SET next_ask_at = now()")
    world.run(
        "INSERT INTO attempt (id, order_id, provider, trade_number, amount, fee, state, expires_at, next_ask_at)"
        " SELECT gen_random_uuid(), order_id, provider, 'T' || n, 1, 0, 'failed', now(), now()"
        " FROM attempt, generate_series(2, :count) AS n",
        count=count,
    )


def test_one_sweep_queues_all_that_are_due(world: World) -> None:
    many_due(world, 2 * SWEEP_AT_ONCE + 1)
    tasks.sweep(context(world), timestamp=0)
    assert len(set(world.rows(JOBS))) == 2 * SWEEP_AT_ONCE + 1


def test_behind_a_silent_provider_no_more_are_queued_than_may_wait(world: World) -> None:
    many_due(world, tasks.MOST_WAITING + 2 * SWEEP_AT_ONCE)
    for again in range(3):
        tasks.sweep(context(world), timestamp=10 * again)
        assert len(world.rows(JOBS)) == tasks.MOST_WAITING
    world.run("DELETE FROM procrastinate_jobs WHERE id IN (SELECT id FROM procrastinate_jobs LIMIT 10)")
    tasks.sweep(context(world), timestamp=30)
    assert len(world.rows(JOBS)) == tasks.MOST_WAITING - 10 + SWEEP_AT_ONCE


def test_services_defer_under_the_name_the_task_has(world: World) -> None:
    order = world.open(bill())
    world.start(order)
    world.bank.report(world.trade(order), AttemptOutcome.APPROVED)
    world.payments._defer = defer
    world.settle(order, may_take=False)
    assert [name for name, _ in world.rows(JOBS)] == [tasks.settle.name]


def test_the_schedule_ends_orders_that_were_tried_and_forgets_offers(world: World) -> None:
    world.open(bill("A1"))
    order = world.open(bill("A2"))
    world.start(order)
    world.bank.report(world.trade(order), AttemptOutcome.CANCELLED)
    world.settle(order)
    world.run("UPDATE orders SET expires_at = now() - interval '1 second'")
    tasks.expire(context(world), timestamp=0)
    assert world.rows("SELECT id, state FROM orders") == [(order.id, "expired")]


def test_the_sweep_runs_every_ten_seconds() -> None:
    start = datetime(2026, 11, 21, tzinfo=UTC)
    times = croniter.croniter(tasks.EVERY_TEN_SECONDS, start)
    assert [times.get_next(datetime) - start for _ in range(2)] == [timedelta(seconds=10), timedelta(seconds=20)]
