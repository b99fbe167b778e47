"""The tasks of money on the real queue: a start that was killed is found, asked about and settled by itself."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import croniter

from domain.orders import OrderState
from domain.ports.payments import AttemptOutcome
from infra.queue import defer
from jobs.tasks import payments as tasks
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
