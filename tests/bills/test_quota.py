"""The daily limit on lookups: counted in the database, per citizen and day, and never past the limit."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.bindings import Vehicle
from domain.errors import CitizenMistakeError, UsedUpError
from domain.plates import parse_plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWorkFactory
from models.vehicle import BindingRow
from services.lookup_quota import Quota

CHANNEL, CITIZEN, OTHER = "U" + "0" * 32, "U" + "1" * 32, "U" + "2" * 32
LIMIT = 3
COUNT = "SELECT lookups FROM lookup_count WHERE citizen = %s AND day = (now() AT TIME ZONE 'Asia/Taipei')::date"


def take(uow: UnitOfWorkFactory, citizen: str = CITIZEN) -> bool:
    """One lookup, in a unit of work of its own; whether it was allowed."""
    try:
        with uow() as unit:
            Quota(LIMIT).take(unit, CHANNEL, citizen)
    except CitizenMistakeError:
        return False
    return True


def counted(uow: UnitOfWorkFactory, citizen: str = CITIZEN) -> int:
    with uow() as unit:
        row = unit.driver.execute(COUNT.encode(), (citizen,)).fetchone()
    return int(str(row[0])) if row else 0


def test_taking_counts_to_the_limit_and_then_refuses_without_counting(uow: UnitOfWorkFactory) -> None:
    assert [take(uow) for _ in range(LIMIT + 2)] == [True] * LIMIT + [False] * 2
    assert counted(uow) == LIMIT
    with uow() as unit:
        assert Quota(LIMIT).used_up(unit, CHANNEL, CITIZEN)


def test_the_refusal_names_the_limit(uow: UnitOfWorkFactory) -> None:
    with uow() as unit, pytest.raises(CitizenMistakeError) as refused:
        Quota(0).take(unit, CHANNEL, CITIZEN)
    assert refused.value.values == {"limit": 0}
    assert "每天最多查詢 {limit} 次" in refused.value.text


def test_each_citizen_has_a_count_of_their_own_and_each_day_begins_anew(uow: UnitOfWorkFactory) -> None:
    assert [take(uow) for _ in range(LIMIT)] == [True] * LIMIT
    assert take(uow, OTHER)
    with uow() as unit:
        unit.driver.execute("UPDATE lookup_count SET day = day - 1")
    assert take(uow)
    assert counted(uow) == 1


def test_what_is_rolled_back_was_not_taken(uow: UnitOfWorkFactory) -> None:
    with uow() as unit:
        Quota(LIMIT).take(unit, CHANNEL, CITIZEN)
        unit.rollback()
    assert counted(uow) == 0


def test_ten_at_once_are_not_more_than_the_limit(uow: UnitOfWorkFactory) -> None:
    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(lambda _: take(uow), range(10))) == LIMIT
    assert counted(uow) == LIMIT


def test_ones_own_vehicle_is_told_and_never_counted(uow: UnitOfWorkFactory) -> None:
    mine, others = Vehicle(parse_plate("ABC-1234"), VehicleKind.CAR), Vehicle(parse_plate("XYZ-9876"), VehicleKind.CAR)
    with uow() as unit:
        unit.session.add(
            BindingRow(
                id=uuid.uuid4(),
                channel=CHANNEL,
                citizen=CITIZEN,
                plate=mine.plate.canonical,
                compact=mine.plate.compact,
                kind=mine.kind.value,
            )
        )
    quota, motorcycle = Quota(LIMIT), Vehicle(mine.plate, VehicleKind.MOTORCYCLE)
    with uow() as unit:
        wanted = [(CITIZEN, mine), (CITIZEN, motorcycle), (CITIZEN, others), (OTHER, mine)]
        leaves = quota.leaves(unit, [(CHANNEL, citizen, vehicle) for citizen, vehicle in wanted])
        assert [leave.own for leave in leaves] == [True, False, False, False]
        assert not any(leave.used_up for leave in leaves)
        quota.spend_all(unit, [(CHANNEL, CITIZEN)] * LIMIT + [(CHANNEL, OTHER)])
    assert (counted(uow), counted(uow, OTHER)) == (LIMIT, 1)
    with uow() as unit:
        own, spent, others_leave = quota.leaves(
            unit, [(CHANNEL, CITIZEN, mine), (CHANNEL, CITIZEN, others), (CHANNEL, OTHER, mine)]
        )
        quota.allow(own)
        quota.allow(others_leave)
        with pytest.raises(UsedUpError):
            quota.allow(spent)
