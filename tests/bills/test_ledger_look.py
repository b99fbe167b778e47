"""ledger.look: what a plate owes by our own ledger, and which agencies it has."""

import io
from collections.abc import Iterator

import pytest

from domain.plates import parse_plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork, UnitOfWorkFactory
from services import ledger
from services.ledger_import import import_csv

FILE = """agency,number,plate,kind,amount,notice_number,notice_extra_charge,status,street
TPE,A1,ABC-1235,car,50,,,open,忠孝東路四段
TPE,A2,ABC-1235,car,20,,,paid,
TPE,A3,ABC-1235,motorcycle,20,,,open,
NWT,B1,ABC-1235,car,30,N1,50,open,
NWT,B2,ABC-1235,car,40,N1,50,open,
WATER,C1,XYZ-5678,car,10,,,open,
"""
CAR, MOTORCYCLE = VehicleKind.CAR, VehicleKind.MOTORCYCLE


@pytest.fixture
def unit(uow: UnitOfWorkFactory) -> Iterator[UnitOfWork]:
    """Of a database with the file's bills; every row of it goes in."""
    with uow() as first:
        assert import_csv(first, io.BytesIO(FILE.encode()), refused=pytest.fail).taken == 6
    with uow() as opened:
        yield opened


def test_bills_notices_and_every_agency(unit: UnitOfWork) -> None:
    (owed,), agencies = ledger.look(unit, [(parse_plate("ABC-1235"), CAR)])
    assert [bill.number for bill in owed.bills] == ["A1"]
    assert [(notice.number, notice.pay_amount) for notice in owed.notices] == [("N1", 120)]
    assert sorted(bill.number for bill in owed.notices[0].bills) == ["B1", "B2"]
    assert agencies == ("NWT", "TPE", "WATER")
    assert owed.bills[0].street is None  # for whoever gives the slip's number, not for a plate


def test_a_plate_without_bills_still_tells_of_whom_nothing_due_may_be_said(unit: UnitOfWork) -> None:
    assert ledger.look(unit, [(parse_plate("EAA-2009"), CAR)]) == ([ledger.Owed()], ("NWT", "TPE", "WATER"))


def test_the_kind_is_looked_at_as_the_cities_do(unit: UnitOfWork) -> None:
    plate = parse_plate("ABC-1235")
    (owed, heavy), _ = ledger.look(unit, [(plate, MOTORCYCLE), (plate, VehicleKind.HEAVY_MOTORCYCLE)])
    assert [bill.number for bill in owed.bills] == [bill.number for bill in heavy.bills] == ["A3"]


def test_an_empty_ledger_has_no_agency(uow: UnitOfWorkFactory) -> None:
    with uow() as unit:
        assert ledger.look(unit, [(parse_plate("ABC-1235"), CAR)]) == ([ledger.Owed()], ())


def test_each_plate_of_many_is_told_its_own(unit: UnitOfWork) -> None:
    wanted = [("EAA-2009", CAR), ("ABC-1235", CAR), ("ABC-1235", MOTORCYCLE), ("ABC-1235", CAR)]
    together, agencies = ledger.look(unit, [(parse_plate(plate), kind) for plate, kind in wanted])
    assert together == [ledger.find(unit, parse_plate(plate), kind) for plate, kind in wanted]
    assert len(together[1].notices) == 1
    assert agencies == ("NWT", "TPE", "WATER")
    assert ledger.look(unit, []) == ([], ())
