"""What was promised is told once; lookups are limited by the day."""

from uuid import UUID

import pytest
from sqlalchemy import text

from domain.bills import Why
from domain.bindings import Vehicle
from infra.database import UnitOfWorkFactory
from services.lookup import KEEP_PROMISE, Lookup
from services.lookup_quota import Quota
from services.promises import GIVE_UP_AFTER, NotKnownYetError, Promises
from tests.bills.conftest import run
from tests.bills.hands import CAR, PLATE, Books, Look, Source, bill, fails, found
from tests.clock import MovableClock


def promise(lookup: Lookup, uow: UnitOfWorkFactory) -> UUID:
    with uow() as unit:
        return lookup.promise(unit, channel="bot", citizen="U1", plate=PLATE, kind=CAR, cities=["TPE", "NWT"])


def set_clock_to_database(uow: UnitOfWorkFactory, clock: MovableClock) -> None:
    with uow() as unit:
        clock.set(unit.connection.execute(text("SELECT now()")).scalar_one())


def test_a_promise_is_kept_once_all_cities_are_known(
    look: Look, books: Books, clock: MovableClock, uow: UnitOfWorkFactory
) -> None:
    set_clock_to_database(uow, clock)
    tpe, nwt = Source("TPE", fails(clock, "TPE", Why.BUSY)), Source("NWT", found(clock, "NWT", bill("A1")))
    lookup = look(tpe, nwt)
    promise_id = promise(lookup, uow)
    assert books.deferred == [(KEEP_PROMISE, {"promise_id": str(promise_id)})]
    keeper = Promises(lookup, uow, books, clock)
    with pytest.raises(NotKnownYetError):
        run(lambda: keeper.keep(promise_id))
    assert not books.posted
    tpe.says = found(clock, "TPE")
    run(lambda: keeper.keep(promise_id))
    run(lambda: keeper.keep(promise_id))  # a job may run twice
    (posted,) = books.posted
    assert (posted["notice"], posted["channel"], posted["citizen"]) == ("promised_bills", "bot", "U1")
    view = posted["data"]["view"]
    assert view.total == 50
    assert [asked.city.code for asked in view.nothing_due] == ["TPE"]
    assert all(background for _plate, _patience, background in tpe.asked)


def test_a_promise_ends_with_what_is_known(
    look: Look, books: Books, clock: MovableClock, uow: UnitOfWorkFactory
) -> None:
    set_clock_to_database(uow, clock)
    lookup = look(Source("TPE", fails(clock, "TPE", Why.DOWN)), Source("NWT", found(clock, "NWT", bill("A1"))))
    promise_id = promise(lookup, uow)
    clock.move(seconds=GIVE_UP_AFTER.total_seconds() + 1)
    run(lambda: Promises(lookup, uow, books, clock).keep(promise_id))
    view = books.posted[0]["data"]["view"]
    assert view.total == 50
    assert [silent.city.code for silent in view.could_not_ask] == ["TPE"]


def test_the_daily_limit(uow: UnitOfWorkFactory) -> None:
    quota, vehicle = Quota(limit=2), Vehicle(PLATE, CAR)

    def used_up(citizen: str) -> bool:
        with uow() as unit:
            return quota.leaves(unit, [("bot", citizen, vehicle)])[0].used_up

    for _ in range(2):
        assert not used_up("U1")
        with uow() as unit:
            quota.spend_all(unit, [("bot", "U1")])
    assert used_up("U1")
    assert not used_up("U2")
    with uow() as unit:
        assert quota.forget_past_days(unit) == 0
        unit.connection.execute(text("UPDATE lookup_count SET day = day - 1"))
    assert not used_up("U1")  # a new day
    with uow() as unit:
        assert quota.forget_past_days(unit) == 1
