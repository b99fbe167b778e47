"""The lookup's tasks on the real queue."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from domain.plates import parse_plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork, UnitOfWorkFactory
from infra.queue import defer
from jobs.tasks import lookups as tasks
from services.lookup import Lookup
from services.lookup_quota import Quota
from services.promises import GIVE_UP_AFTER, NotKnownYetError
from tests.bills.conftest import run
from tests.clock import MovableClock

JOBS = text("SELECT task_name, args->>'promise_id' FROM procrastinate_jobs")


class NothingPaid:
    def paid_keys(self, uow: UnitOfWork, keys: object) -> dict[Any, Any]:
        return {}


def context(**given: Any) -> Any:
    return SimpleNamespace(additional_context=given)


def test_a_promise_is_queued_in_its_transaction_under_the_tasks_name(
    uow: UnitOfWorkFactory, clock: MovableClock
) -> None:
    lookup = Lookup({}, cities={}, paid_here=NothingPaid(), defer=defer, clock=clock)
    plate = parse_plate("ABC-1235")
    with uow() as unit:
        promised = lookup.promise(unit, channel="bot", citizen="U1", plate=plate, kind=VehicleKind.CAR, cities=["TPE"])
        unit.rollback()
    with uow() as unit:
        assert unit.connection.execute(JOBS).all() == []
        promised = lookup.promise(unit, channel="bot", citizen="U1", plate=plate, kind=VehicleKind.CAR, cities=["TPE"])
    with uow() as unit:
        assert unit.connection.execute(JOBS).all() == [(tasks.keep_promise.name, str(promised))]


def test_the_task_keeps_that_promise() -> None:
    kept: list[UUID] = []

    class Promises:
        async def keep(self, promise_id: UUID) -> None:
            kept.append(promise_id)

    promise_id = uuid4()
    run(lambda: tasks.keep_promise(context(promises=Promises()), promise_id=str(promise_id)))
    assert kept == [promise_id]


def test_the_task_is_tried_again_for_longer_than_a_promise_lasts() -> None:
    waited, attempts = 0.0, 0
    while waited <= GIVE_UP_AFTER.total_seconds():
        decision = tasks.RETRY.get_retry_decision(
            exception=NotKnownYetError(),
            job=SimpleNamespace(attempts=attempts),  # type: ignore[arg-type]
        )
        assert decision is not None
        waited += 10 + 40 * attempts
        attempts += 1
    assert attempts < 10  # a city that is down is not asked in vain all the time


def test_counts_of_past_days_are_forgotten(uow: UnitOfWorkFactory) -> None:
    quota = Quota()
    with uow() as unit:
        quota.spend(unit, "bot", "U1")
        unit.connection.execute(text("UPDATE lookup_count SET day = day - 1"))
        quota.spend(unit, "bot", "U1")
    tasks.forget(context(quota=quota, units=uow), timestamp=0)
    with uow() as unit:
        assert unit.connection.execute(text("SELECT count(*) FROM lookup_count")).scalar_one() == 1
