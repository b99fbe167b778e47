"""Bills that an agency sends by program: the same staging, checks and upsert as a file (services/ledger_import.py)."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from domain.agencyapi import RowResult
from domain.bills import PayableKey, PayableType
from domain.ledgercsv import COLUMNS, VEHICLE
from domain.writeoffs import WriteOffStanding
from infra.database import UnitOfWork
from models.bill import LedgerBill, LedgerNotice
from services.ledger_import import import_csv
from services.writeoffs import state_of

GIVEN = frozenset(COLUMNS) - {"agency"}  # the agency is who holds the key
FIRST_LINE = 2  # the header is 1
TEXTS = ("number", "plate", "identifier", "street", "issued_how", "notice_number")  # no number or list is taken for one
FLAG = "prosecuted"

Row = Mapping[str, Any]
Result = tuple[RowResult, str | None]  # what became of a row, and the reason of a refusal


@dataclass(frozen=True, slots=True)
class BillStatus:
    """One bill as its agency sees it. Amounts in NT$."""

    number: str
    status: str  # open, paid, withdrawn
    amount: int
    pay_amount: int
    deadline: date | None
    notice_number: str | None
    as_of: datetime | None
    paid_here_at: datetime | None
    write_off: WriteOffStanding


def take(uow: UnitOfWork, agency: str, rows: Sequence[Any]) -> Sequence[Result]:
    """Take a batch; what became of each row, in order. The batch is one transaction of the caller's."""
    results: list[Result | None] = [None] * len(rows)
    lines: list[int] = []  # of the file that is made: the row it came from
    good: list[Row] = []
    for at, row in enumerate(rows):
        wrong = _wrong(row)
        if wrong is None:
            good.append(row)
            lines.append(at)
        else:
            results[at] = (RowResult.REFUSED, wrong)
    if good:
        _import(uow, agency, good, lines, results)
    return [result or (RowResult.UNCHANGED, None) for result in results]


def status(uow: UnitOfWork, agency: str, number: str) -> BillStatus | None:
    """One bill of the agency; None where it never sent it."""
    query = select(LedgerBill).where(LedgerBill.agency == agency, LedgerBill.number == number)
    row = uow.session.scalar(query)
    if row is None:
        return None
    write_off = state_of(uow, PayableKey(agency, PayableType.BILL, number))
    notice = uow.session.get(LedgerNotice, (row.notice_number, agency)) if row.notice_number else None
    return BillStatus(
        number=row.number,
        status=row.status,
        amount=row.amount,
        pay_amount=row.pay_amount,
        deadline=notice.deadline if notice is not None and notice.deadline else row.deadline,
        notice_number=row.notice_number,
        as_of=row.as_of,
        paid_here_at=row.paid_here_at,
        write_off=write_off,
    )


def _wrong(row: Any) -> str | None:
    """What keeps a row from being written as a line of a file; its values are checked as a file's are."""
    if not isinstance(row, dict):
        return "is no object"
    if not row.keys() <= GIVEN:
        return f"unknown field {min(row.keys() - GIVEN)[:40]!r}"
    for name in TEXTS:
        if not isinstance(row.get(name), str | None):
            return f"{name}: must be a text"
    return None


def _import(
    uow: UnitOfWork, agency: str, rows: Sequence[Row], lines: Sequence[int], results: list[Result | None]
) -> None:
    text, kept = _as_file(agency, rows)
    if kept is not None:  # a value breaks its line: those rows are left out, and the others go in
        for at in set(range(len(rows))) - set(kept):
            results[lines[at]] = (RowResult.REFUSED, "a value has a line break")
        rows, lines = [rows[at] for at in kept], [lines[at] for at in kept]
        text, _ = _as_file(agency, rows)
    fates: dict[str, RowResult] = {}

    def refused(line: int, reason: str) -> None:
        results[lines[line - FIRST_LINE]] = (RowResult.REFUSED, _by_row(reason, lines))

    def told(_agency: str, number: str, what: str) -> None:
        fates[number] = RowResult(what)

    done = import_csv(uow, io.BytesIO(text.encode()), refused=refused, told=told)
    all_new = not (done.changed or done.unchanged)
    for at, row in zip(lines, rows, strict=True):
        if results[at] is None:
            number = str(row["number"]).strip(" \t")
            results[at] = (fates.get(number, RowResult.TAKEN if all_new else RowResult.UNCHANGED), None)


def _as_file(agency: str, rows: Sequence[Row]) -> tuple[str, Sequence[int] | None]:
    """The rows as a CSV, and None; where values hold line breaks, the places of the rows that hold none."""
    required = {name for name, column in COLUMNS.items() if column.required and name != "agency"} | VEHICLE
    given = set().union(*rows) | required
    names = [name for name in COLUMNS if name in given]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["agency", *names])
    writer.writerows([agency, *_cells(row, names)] for row in rows)
    text = out.getvalue()
    if text.count("\n") == len(rows) + 1:
        return text, None
    broken = {at for at, row in enumerate(rows) if any("\n" in str(value) for value in row.values())}
    return text, [at for at in range(len(rows)) if at not in broken]


def _cells(row: Row, names: Sequence[str]) -> list[Any]:
    """The values of a row. Only a flag may be true or false: as an amount that would be one dollar."""
    return [int(row[name]) if name == FLAG and isinstance(row.get(name), bool) else row.get(name) for name in names]


def _by_row(reason: str, lines: Sequence[int]) -> str:
    """Reasons of a file name the line of another row; here it is the place in the batch, from 0."""
    before, line, after = reason.partition(" line ")
    number, space, rest = after.partition(" ")
    if line and number.isdigit():
        return f"{before} row {lines[int(number) - FIRST_LINE]}{space}{rest}"
    return reason
