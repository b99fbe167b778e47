"""停車費繳費查詢: every attempt to pay bills, the newest first, each with its bills. Passes are listed apart.

What money has paid is dated by its payment (繳費時間), everything else by its beginning. Both are walked along an index
of their own and put together here, so that a page takes the same time in millions of rows.
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select, text, tuple_

from domain.bills import PayableType
from domain.clock import days_between
from domain.orders import AttemptState, mask_plate
from domain.passsales import PayStatus, of_attempt
from domain.plates import Plate
from domain.staff import StaffRuleError
from infra.database import UnitOfWork
from models.order import Attempt, OrderLine, Payment
from models.writeoff import WriteOff
from services import refundbook

PAGE = 50
AT_ONCE = 1_000  # attempts read at once for a file
MOST_ROWS = 200_000  # of a file
_MONEY = (AttemptState.PAID, AttemptState.LATE)
_OTHERS = tuple(state for state in AttemptState if state not in _MONEY)
_NO_MONEY = text("attempt.state NOT IN ('paid','late')")  # in the words of its index
_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; "" or None is everything. `number`: of a bill, a dunning notice, or a trade, whole."""

    plate: Plate | None = None
    number: str = ""
    agency: str = ""
    fee_item: str = ""
    provider: str = ""
    status: PayStatus | None = None
    first: date | None = None  # days in Taiwan, both included
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends, and the next begins."""

    at: datetime
    attempt_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class PaidFor:
    """One bill of one attempt. Amounts in NT$. The plate is masked unless the list is asked for whole."""

    place: Place
    paid_at: datetime | None
    started_at: datetime
    agency: str
    fee_item: str
    number: str
    plate: str
    amount: int  # of this bill, discount taken off
    trade_amount: int  # of the whole attempt, provider fee included
    refunded: int  # of the whole attempt
    provider: str
    trade_number: str
    status: PayStatus
    write_off: str  # its state; "" where the agency is told nothing


def page(uow: UnitOfWork, wanted: Wanted, *, after: Place | None = None) -> tuple[Sequence[PaidFor], Place | None]:
    """The bills of the next PAGE attempts, and where the page after them begins; None where there is none."""
    found = _attempts(uow, wanted, after, PAGE + 1)
    rows = _bills(uow, wanted, found[:PAGE], whole=False)
    return rows, _place(found[PAGE - 1]) if len(found) > PAGE else None


def every(uow: UnitOfWork, wanted: Wanted, *, whole: bool = False) -> Iterator[PaidFor]:
    """All of them, a batch at a time, as they are at one moment: for a file. Must be the first in its transaction.

    Raises StaffRuleError beyond MOST_ROWS: a file that leaves rows out would be believed.
    """
    uow.connection.execute(_ONE_MOMENT)
    after, told = None, 0
    while True:
        found = _attempts(uow, wanted, after, AT_ONCE)
        rows = _bills(uow, wanted, found, whole=whole)
        told += len(rows)
        if told > MOST_ROWS:
            raise StaffRuleError(f"超過 {MOST_ROWS:,} 列，請縮短日期範圍，分次匯出")
        yield from rows
        if len(found) < AT_ONCE:
            return
        after = _place(found[-1])


def _place(row: Row[Any]) -> Place:
    return Place(row.at, row.id)


def _attempts(uow: UnitOfWork, wanted: Wanted, after: Place | None, most: int) -> Sequence[Row[Any]]:
    """Both walks put together, the newest first."""
    orders = _orders(uow, wanted)
    walks = (_with_money(wanted), _without_money(wanted))
    found = [
        row
        for query, at, id_ in walks
        for row in uow.connection.execute(_narrowed(query, at, id_, wanted, after, orders).limit(most))
    ]
    return sorted(found, key=lambda row: (row.at, row.id), reverse=True)[:most]


_COLUMNS = (Attempt.id, Attempt.order_id, Attempt.provider, Attempt.trade_number, Attempt.state, Attempt.started_at)
_SUM = (Attempt.amount + Attempt.fee).label("trade_amount")


def _with_money(wanted: Wanted) -> tuple[Select[*tuple[Any, ...]], Any, Any]:
    query: Select[*tuple[Any, ...]] = select(
        *_COLUMNS, Payment.amount.label("trade_amount"), Payment.paid_at.label("at")
    )
    query = query.join(Payment, Payment.attempt_id == Attempt.id).where(Attempt.state.in_(_states(wanted, _MONEY)))
    return query, Payment.paid_at, Payment.attempt_id


def _without_money(wanted: Wanted) -> tuple[Select[*tuple[Any, ...]], Any, Any]:
    query: Select[*tuple[Any, ...]] = select(*_COLUMNS, _SUM, Attempt.started_at.label("at")).where(_NO_MONEY)
    return query.where(Attempt.state.in_(_states(wanted, _OTHERS))), Attempt.started_at, Attempt.id


def _states(wanted: Wanted, of: Collection[AttemptState]) -> list[str]:
    """Those among `of` that are shown as the wanted status."""
    return [state.value for state in of if wanted.status in (None, of_attempt(state, lost=False)[1])]


def _narrowed(
    query: Select[*tuple[Any, ...]],
    at: Any,
    id_: Any,
    wanted: Wanted,
    after: Place | None,
    orders: list[uuid.UUID] | None,
) -> Select[*tuple[Any, ...]]:
    since, until = days_between(wanted.first, wanted.last)
    if since:
        query = query.where(at >= since)
    if until:
        query = query.where(at < until)
    if wanted.provider:
        query = query.where(Attempt.provider == wanted.provider)
    if after:
        query = query.where(tuple_(at, id_) < tuple_(after.at, after.attempt_id))
    if orders is not None:
        query = query.where(Attempt.order_id.in_(orders))
    lines = select(OrderLine.order_id).where(OrderLine.order_id == Attempt.order_id, *_of_line(wanted))
    return query.where(lines.exists()).order_by(at.desc(), id_.desc())


def _orders(uow: UnitOfWork, wanted: Wanted) -> list[uuid.UUID] | None:
    """The orders of a plate or a number, found by these first; None where neither is asked for."""
    if wanted.plate is None and not wanted.number:
        return None
    found: list[Any] = []
    if wanted.plate is not None:
        found.append(select(OrderLine.order_id).where(_of_plate(wanted.plate), OrderLine.plate != text("''")))
    if wanted.number:
        covered = OrderLine.covers.contains([wanted.number]), OrderLine.type == text("'notice'")
        found.append(
            select(OrderLine.order_id)
            .where(OrderLine.number == wanted.number)
            .union(
                select(OrderLine.order_id).where(*covered),
                select(Attempt.order_id).where(Attempt.trade_number == wanted.number),
            )
        )
    each = [set(uow.connection.execute(one).scalars()) for one in found]
    return sorted(set.intersection(*each))


def _of_line(wanted: Wanted) -> list[ColumnElement[bool]]:
    of: list[ColumnElement[bool]] = [OrderLine.chosen.is_(True), OrderLine.type != PayableType.PASS.value]
    named = {OrderLine.agency: wanted.agency, OrderLine.fee_item: wanted.fee_item}
    of += [column == value for column, value in named.items() if value]
    return [*of, _of_plate(wanted.plate)] if wanted.plate is not None else of


def _of_plate(plate: Plate) -> ColumnElement[bool]:
    """However its source has written it."""
    return OrderLine.plate.in_(sorted({plate.canonical, plate.compact, *plate.candidates}))


def _bills(uow: UnitOfWork, wanted: Wanted, attempts: Sequence[Row[Any]], *, whole: bool) -> list[PaidFor]:
    orders = {row.order_id for row in attempts}
    query = select(OrderLine).where(OrderLine.order_id.in_(orders), *_of_line(wanted))
    lines: dict[uuid.UUID, list[Row[Any]]] = {}
    for line in uow.connection.execute(query.order_by(OrderLine.position)):
        lines.setdefault(line.order_id, []).append(line)
    refunded, written = refundbook.given_back(uow, orders), _written_off(uow, orders)
    return [
        PaidFor(
            place=_place(row),
            paid_at=row.at if row.state in _MONEY else None,
            started_at=row.started_at,
            agency=line.agency,
            fee_item=line.fee_item,
            number=line.number,
            plate=line.plate if whole else mask_plate(line.plate),
            amount=line.pay_amount - line.discount,
            trade_amount=row.trade_amount,
            refunded=refunded.get(row.id, 0),
            provider=row.provider,
            trade_number=row.trade_number,
            status=of_attempt(AttemptState(row.state), lost=False)[1],
            write_off=written.get((row.order_id, line.agency, line.number), "")
            if row.state == AttemptState.PAID
            else "",
        )
        for row in attempts
        for line in lines.get(row.order_id, ())
    ]


def _written_off(uow: UnitOfWork, orders: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID, str, str], str]:
    query = select(WriteOff.order_id, WriteOff.agency, WriteOff.number, WriteOff.state)
    rows = uow.connection.execute(query.where(WriteOff.order_id.in_(orders), WriteOff.kind == text("'write_off'")))
    return {(order, agency, number): state for order, agency, number, state in rows}
