"""Bills of our own city: found by plate, found by number, marked paid. services/ledger_import.py brings them in."""

# ruff: noqa: S608  every part of the statements is this file's own

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import namedtuple_row
from sqlalchemy import text

from domain.bills import Bill, BillStatus, DunningNotice, Payable, PayableKey, PayableType
from domain.feeitems import OWN_LEDGER, Identifier
from domain.plates import Plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork

SOURCE = OWN_LEDGER
PAIRS = "(SELECT * FROM unnest(CAST(:agencies AS text[]), CAST(:numbers AS text[])))"

_BILL = """
SELECT agency, number, coalesce(plate, '') AS plate, coalesce(kind, 'other') AS kind,
    coalesce(identifier, '') AS identifier, fee_item, parked_on, deadline, amount, pay_amount, hours, street,
    started_at, left_at, issued_how, prosecuted, notice_number,
    deadline < (now() AT TIME ZONE 'Asia/Taipei')::date AS overdue
FROM ledger_bill
"""
# Several plates, a row at least for each; every agency in the first row, so one round trip for all.
_CODES = "SELECT array_agg(code ORDER BY code) FROM ledger_agency WHERE of_vehicles"
_OF_PLATES = f"""
SELECT w.position, CASE WHEN w.position = 1 THEN ({_CODES}) END AS codes, b.*
FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS w (plate_key, car_type, position)
LEFT JOIN LATERAL ({_BILL} WHERE plate_key = w.plate_key AND car_type = w.car_type AND status = 'open') b ON true
ORDER BY w.position
"""
_IDENTIFIERS = """(fee_item, identifier) IN (
    SELECT * FROM unnest(CAST(:items AS text[]), CAST(:numbers AS text[])))"""
_OF_IDENTIFIERS = text(f"{_BILL} WHERE {_IDENTIFIERS} AND status = 'open' ORDER BY deadline, agency, number")
_SENDERS = text(f"SELECT DISTINCT fee_item, identifier, agency FROM ledger_bill WHERE {_IDENTIFIERS} ORDER BY agency")
_OF_NUMBER = text(_BILL + "WHERE number = :number AND status = 'open'")
_OF_NOTICES = text(f"{_BILL} WHERE (agency, notice_number) IN {PAIRS} AND status = 'open' ORDER BY parked_on, number")
_NOTICES = text(f"""
SELECT agency, number, deadline, extra_charge, registered_mail, prosecuted, prosecuted_deadline
FROM ledger_notice WHERE (agency, number) IN {PAIRS} AND paid_here_at IS NULL
""")
_NOTICES_OF_NUMBER = text("SELECT agency, number FROM ledger_notice WHERE number = :number AND paid_here_at IS NULL")
_CLOSED = text("""
SELECT agency, number, fee_item, amount, pay_amount, paid_here_at, status = 'withdrawn' AS withdrawn
FROM ledger_bill WHERE number = :number AND status <> 'open' ORDER BY agency
""")
_KNOWN = {
    PayableType.BILL: text(f"SELECT agency, number FROM ledger_bill WHERE (agency, number) IN {PAIRS}"),
    PayableType.NOTICE: text(f"SELECT agency, number FROM ledger_notice WHERE (agency, number) IN {PAIRS}"),
}
_PAY_NOTICES = text(f"""
UPDATE ledger_notice SET paid_here_at = :paid_at WHERE (agency, number) IN {PAIRS} AND paid_here_at IS NULL
""")
_PAY_BILL = "UPDATE ledger_bill SET status = 'paid', paid_here_at = :paid_at WHERE paid_here_at IS NULL"
_PAY_BILLS = text(f"{_PAY_BILL} AND (agency, number) IN {PAIRS}")
_PAY_BILLS_OF_NOTICES = text(f"{_PAY_BILL} AND (agency, notice_number) IN {PAIRS}")


@dataclass(frozen=True, slots=True)
class Owed:
    """What the ledger has open. A bill inside a notice is in its notice, not among `bills`."""

    bills: tuple[Bill, ...] = ()
    notices: tuple[DunningNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedBill:
    """A bill that is owed no longer. `paid_here_at` None: paid elsewhere, or `withdrawn` by its agency."""

    agency: str
    number: str
    fee_item: str
    amount: int  # NT$, as billed
    pay_amount: int
    paid_here_at: datetime | None
    withdrawn: bool


def find(uow: UnitOfWork, plate: Plate, kind: VehicleKind) -> Owed:
    """Open bills and notices of a plate: one index scan, and two more for a plate that has notices.

    Without street and times: they are for someone who gave a slip's number.
    """
    return look(uow, [(plate, kind)])[0][0]


def look(uow: UnitOfWork, plates: Sequence[tuple[Plate, VehicleKind]]) -> tuple[list[Owed], tuple[str, ...]]:
    """find() for several plates, and the agencies that have bills of vehicles: of them "nothing due" may be said.

    One round trip. Hot: asked for every answer about a plate.
    """
    if not plates:
        return [], ()
    cursor = uow.driver.cursor(row_factory=namedtuple_row)
    wanted = ([plate.compact for plate, _kind in plates], [kind.car_type for _plate, kind in plates])
    found: list[Any] = cursor.execute(_OF_PLATES.encode(), wanted).fetchall()
    rows = [row for row in found if row.number is not None]
    notices = {
        (notice.agency, notice.number): notice
        for notice in _notices(uow, {(row.agency, row.notice_number) for row in rows if row.notice_number})
    }
    of_plate: list[list[Any]] = [[] for _plate in plates]
    for row in rows:
        of_plate[row.position - 1].append(row)
    return [_owed(rows, notices) for rows in of_plate], tuple(found[0].codes or ())


def _owed(rows: Sequence[Any], notices: Mapping[tuple[str, str], DunningNotice]) -> Owed:
    keys = dict.fromkeys((row.agency, row.notice_number) for row in rows if row.notice_number)
    covering = tuple(notices[key] for key in keys if key in notices)
    inside = {bill.key for notice in covering for bill in notice.bills}
    bills = (_bill(row, slip=False) for row in rows)
    return Owed(tuple(bill for bill in bills if bill.key not in inside), covering)


def by_number(uow: UnitOfWork, number: str) -> tuple[Payable, ...]:
    """Open bills and notices of this number, of any agency, street and times told: the number is on the slip.

    A bill inside an open notice comes with that notice, which is what can be paid.
    """
    rows = uow.connection.execute(_OF_NUMBER, {"number": number}).all()
    keys = {(row.agency, row.notice_number) for row in rows if row.notice_number}
    keys |= {(row.agency, row.number) for row in uow.connection.execute(_NOTICES_OF_NUMBER, {"number": number})}
    return (*_notices(uow, keys), *(_bill(row, slip=True) for row in rows))


def closed(uow: UnitOfWork, number: str) -> list[ClosedBill]:
    """Bills of this number, of any agency, that are paid or withdrawn."""
    return [ClosedBill(**row._mapping) for row in uow.connection.execute(_CLOSED, {"number": number})]


def of_identifiers(uow: UnitOfWork, identifiers: Collection[Identifier]) -> dict[Identifier, tuple[Payable, ...]]:
    """Open bills, and the notices that gather them, of these 水號 and 電號."""
    rows = uow.connection.execute(_OF_IDENTIFIERS, _items(identifiers)).all() if identifiers else []
    covering = {
        (notice.agency, notice.number): notice
        for notice in _notices(uow, {(row.agency, row.notice_number) for row in rows if row.notice_number})
    }
    found: dict[Identifier, dict[PayableKey, Payable]] = {identifier: {} for identifier in identifiers}
    for row in rows:
        one = covering.get((row.agency, row.notice_number)) or _bill(row, slip=False)
        found[Identifier(row.fee_item, row.identifier)][one.key] = one
    return {identifier: tuple(every.values()) for identifier, every in found.items()}


def senders(uow: UnitOfWork, identifiers: Collection[Identifier]) -> dict[Identifier, list[str]]:
    """Agencies that have ever sent a bill of these: of them "nothing due" may be said."""
    found: dict[Identifier, list[str]] = {identifier: [] for identifier in identifiers}
    for row in uow.connection.execute(_SENDERS, _items(identifiers)) if identifiers else ():
        found[Identifier(row.fee_item, row.identifier)].append(row.agency)
    return found


def agencies(uow: UnitOfWork) -> tuple[str, ...]:
    """Agencies whose bills the ledger has."""
    return tuple(uow.connection.execute(text("SELECT code FROM ledger_agency ORDER BY code")).scalars())


def known(uow: UnitOfWork, keys: Collection[PayableKey]) -> frozenset[PayableKey]:
    """Those of `keys` that are in the ledger, open or not: of these the ledger has the word, not a city's answer."""
    found = set()
    for type_, statement in _KNOWN.items():
        if pairs := [(key.agency, key.number) for key in keys if key.type is type_]:
            rows = uow.connection.execute(statement, _arrays(pairs))
            found |= {PayableKey(row.agency, type_, row.number) for row in rows}
    return frozenset(found)


def current(uow: UnitOfWork, keys: Collection[PayableKey]) -> Mapping[PayableKey, Payable]:
    """Those of `keys` that are open in the ledger, as they are now."""
    found: dict[PayableKey, Payable] = {}
    for number in {key.number for key in keys}:
        found |= {payable.key: payable for payable in by_number(uow, number)}
    return {key: found[key] for key in keys if key in found}


def mark_paid(uow: UnitOfWork, keys: Collection[PayableKey], *, paid_at: datetime) -> int:
    """Mark bills, and notices with the bills they cover, as paid here. Keys of other sources are passed over.

    Returns how many rows changed. Safe to repeat.
    """
    bills = [(key.agency, key.number) for key in keys if key.type is PayableType.BILL]
    notices = [(key.agency, key.number) for key in keys if key.type is PayableType.NOTICE]
    changed = 0
    for statement, pairs in ((_PAY_NOTICES, notices), (_PAY_BILLS_OF_NOTICES, notices), (_PAY_BILLS, bills)):
        if pairs:
            changed += uow.connection.execute(statement, {**_arrays(pairs), "paid_at": paid_at}).rowcount
    return changed


def _notices(uow: UnitOfWork, keys: Collection[tuple[str, str]]) -> tuple[DunningNotice, ...]:
    if not keys:
        return ()
    rows = uow.connection.execute(_NOTICES, _arrays(keys)).all()
    bills: dict[tuple[str, str], list[Bill]] = {}
    for row in uow.connection.execute(_OF_NOTICES, _arrays(keys)):
        bills.setdefault((row.agency, row.notice_number), []).append(_bill(row, slip=False, dunned=True))
    return tuple(_notice(row, covered) for row in rows if (covered := bills.get((row.agency, row.number))))


def _notice(row: Any, bills: Sequence[Bill]) -> DunningNotice:
    amount = sum(bill.pay_amount for bill in bills)
    return DunningNotice(
        agency=row.agency,
        number=row.number,
        plate=bills[0].plate,
        kind=bills[0].kind,
        deadline=row.deadline,
        amount=amount,
        extra_charge=row.extra_charge,
        pay_amount=amount + row.extra_charge,
        bills=tuple(bills),
        prosecuted=row.prosecuted,
        prosecuted_deadline=row.prosecuted_deadline,
        registered_mail=row.registered_mail,
        source=SOURCE,
        fee_item=bills[0].fee_item,
        identifier=bills[0].identifier,
    )


def _bill(row: Any, *, slip: bool, dunned: bool = False) -> Bill:
    status = BillStatus.OVERDUE if row.overdue else BillStatus.OPEN
    if row.prosecuted:
        status = BillStatus.PROSECUTED
    return Bill(
        agency=row.agency,
        number=row.number,
        plate=row.plate,
        kind=VehicleKind(row.kind),
        parked_on=row.parked_on,
        deadline=row.deadline,
        status=BillStatus.DUNNED if dunned else status,
        amount=row.amount,
        pay_amount=row.pay_amount,
        hours=None if row.hours is None else float(row.hours),
        fee_item=row.fee_item,
        source=SOURCE,
        issued_how=row.issued_how,
        street=row.street if slip else None,
        started_at=row.started_at if slip else None,
        left_at=row.left_at if slip else None,
        identifier=row.identifier,
    )


def _arrays(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    pairs = list(pairs)
    return {"agencies": [agency for agency, _number in pairs], "numbers": [number for _agency, number in pairs]}


def _items(identifiers: Iterable[Identifier]) -> dict[str, list[str]]:
    every = list(identifiers)
    return {"items": [one.fee_item for one in every], "numbers": [one.number for one in every]}
