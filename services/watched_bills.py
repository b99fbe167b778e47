"""Bills that the cities listed for watched plates: kept as they were answered, read again for a way to pay."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from domain.billrules import covered_keys
from domain.bills import Bill, DunningNotice, Found, Payable, PayableKey, PayableType
from domain.bindings import Vehicle
from infra.database import UnitOfWork
from models.watch import WatchedBill

_SHAPES: Mapping[PayableType, TypeAdapter[Any]] = {
    PayableType.BILL: TypeAdapter(Bill),
    PayableType.NOTICE: TypeAdapter(DunningNotice),
}


def put(uow: UnitOfWork, vehicle: Vehicle, answer: Found) -> bool:
    """Keep what a city lists of a vehicle now, instead of what it listed before; tells whether any of it is new.

    A bill inside a listed notice is in that notice.
    """
    of_plate = (WatchedBill.plate == vehicle.plate.canonical, WatchedBill.kind == vehicle.kind.value)
    gone = delete(WatchedBill).where(WatchedBill.agency == answer.agency, *of_plate)
    before = {tuple(row) for row in uow.connection.execute(gone.returning(WatchedBill.type, WatchedBill.number))}
    rows = {(one.key.type.value, one.key.number): _row(vehicle, one, answer) for one in _alone(answer)}
    if rows:
        uow.connection.execute(insert(WatchedBill).values(list(rows.values())))
    return bool(rows.keys() - before)


def read(uow: UnitOfWork, keys: Collection[PayableKey]) -> dict[PayableKey, Payable]:
    """Those of `keys` that a city last listed, as it listed them."""
    wanted = [(key.agency, key.type.value, key.number) for key in keys]
    which = tuple_(WatchedBill.agency, WatchedBill.type, WatchedBill.number).in_(wanted)
    rows = uow.connection.execute(select(WatchedBill.type, WatchedBill.payable).where(which)) if wanted else ()
    payables: list[Payable] = [_SHAPES[PayableType(row.type)].validate_python(row.payable) for row in rows]
    return {payable.key: payable for payable in payables}


def _alone(answer: Found) -> list[Payable]:
    inside = {bill.key for notice in answer.notices for bill in notice.bills}
    return [*(bill for bill in answer.bills if bill.key not in inside), *answer.notices]


def _row(vehicle: Vehicle, payable: Payable, answer: Found) -> dict[str, Any]:
    key = payable.key
    return {
        "agency": answer.agency,
        "type": key.type.value,
        "number": key.number,
        "plate": vehicle.plate.canonical,
        "kind": vehicle.kind.value,
        "deadline": payable.deadline,
        "pay_amount": payable.pay_amount,
        "covers": sorted(covered.number for covered in covered_keys(payable) - {key}),
        "payable": _SHAPES[key.type].dump_python(payable, mode="json"),
        "asked_at": answer.asked_at,
    }
