"""停車費繳費查詢: every attempt to pay bills, the newest first, each with its bills. Passes are listed apart.

What money has paid is dated by its payment (繳費時間), everything else by its beginning. Both are walked along an index
of their own and put together here, so that a page takes the same time in millions of rows.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any

from psycopg import sql

from domain.clock import days_between
from domain.orders import AttemptState, mask_plate
from domain.passsales import PayStatus, of_attempt
from domain.plates import Plate
from domain.staff import StaffRuleError
from infra.conditions import all_of, rows_of
from infra.database import UnitOfWork

PAGE = 50
AT_ONCE = 1_000  # attempts read at once for a file
MOST_ROWS = 200_000  # of a file
_MONEY = (AttemptState.PAID, AttemptState.LATE)
_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"

# One statement is a page: staff look at these all day, and the rows are many. `money` and `no_money` are each walked
# along an index; its words about the state are those of the index.
_PAGE = """
WITH found AS MATERIALIZED (
  (SELECT p.paid_at AS at, a.id, a.order_id, a.provider, a.trade_number, a.state, a.started_at,
      p.amount AS trade_amount
    FROM payment p JOIN attempt a ON a.id = p.attempt_id
    WHERE a.state IN ('paid','late') AND {money} ORDER BY p.paid_at DESC, p.attempt_id DESC LIMIT {most})
  UNION ALL
  (SELECT a.started_at, a.id, a.order_id, a.provider, a.trade_number, a.state, a.started_at, a.amount + a.fee
    FROM attempt a
    WHERE a.state NOT IN ('paid','late') AND {no_money} ORDER BY a.started_at DESC, a.id DESC LIMIT {most})
  ORDER BY at DESC, id DESC LIMIT {most})
SELECT f.at, f.id, f.provider, f.trade_number, f.state, f.started_at, f.trade_amount,
  l.agency, l.fee_item, l.number, l.plate, l.pay_amount - l.discount AS amount,
  (SELECT sum(r.amount) FROM refund r WHERE r.order_id = f.order_id AND r.attempt_id = f.id AND r.state = 'done')
    AS refunded,
  (SELECT w.state FROM write_off w WHERE f.state = 'paid' AND w.kind = 'write_off' AND w.order_id = l.order_id
    AND w.agency = l.agency AND w.type = l.type AND w.number = l.number) AS write_off
FROM found f JOIN order_line l ON l.order_id = f.order_id AND {line}
ORDER BY f.at DESC, f.id DESC, l.position
"""
_WITH_A_LINE = "EXISTS (SELECT FROM order_line l WHERE l.order_id = a.order_id AND {line})"
_ORDERS = {  # of what is asked for whole
    "plates": "SELECT order_id FROM order_line WHERE plate = ANY(%(plates)s) AND plate <> ''",
    "number": """SELECT order_id FROM order_line WHERE number = %(number)s
        UNION SELECT order_id FROM order_line WHERE type = 'notice' AND covers @> ARRAY[%(number)s::text]
        UNION SELECT order_id FROM attempt WHERE trade_number = %(number)s""",
}
_LINE = {
    "plates": "l.plate = ANY(%(plates)s)",
    "agency": "l.agency = %(agency)s",
    "fee_item": "l.fee_item = %(fee_item)s",
}
_WALK = {
    "since": "{at} >= %(since)s",
    "until": "{at} < %(until)s",
    "at": "({at}, {id}) < (%(at)s, %(id)s)",
    "orders": "a.order_id = ANY(%(orders)s)",
    "provider": "a.provider = %(provider)s",
    "states": "a.state = ANY(%(states)s)",
}
_WALKS = {"money": ("p.paid_at", "p.attempt_id"), "no_money": ("a.started_at", "a.id")}


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
    found = _attempts(uow, wanted, after, PAGE + 1, whole=False)
    rows = [bill for bills in found[:PAGE] for bill in bills]
    return rows, rows[-1].place if len(found) > PAGE else None


def every(uow: UnitOfWork, wanted: Wanted, *, whole: bool = False) -> Iterator[PaidFor]:
    """All of them, a batch at a time, as they are at one moment: for a file. Must be the first in its transaction.

    Raises StaffRuleError beyond MOST_ROWS: a file that leaves rows out would be believed.
    """
    uow.driver.execute(_ONE_MOMENT)
    after, told = None, 0
    while True:
        found = _attempts(uow, wanted, after, AT_ONCE, whole=whole)
        told += sum(len(bills) for bills in found)
        if told > MOST_ROWS:
            raise StaffRuleError(f"超過 {MOST_ROWS:,} 列，請縮短日期範圍，分次匯出")
        for bills in found:
            yield from bills
        if len(found) < AT_ONCE:
            return
        after = found[-1][-1].place


def _attempts(
    uow: UnitOfWork, wanted: Wanted, after: Place | None, most: int, *, whole: bool
) -> Sequence[Sequence[PaidFor]]:
    """The bills of each of the next attempts, the newest first."""
    values = _values(wanted, after)
    if wholes := values.keys() & _ORDERS.keys():
        values["orders"] = [row[0] for row in rows_of(uow.driver, _orders(frozenset(wholes)), values)]
    rows = rows_of(uow.driver, _statement(frozenset(values), most), values)
    return [[_bill(row, whole=whole) for row in bills] for _, bills in groupby(rows, key=lambda row: row.id)]


@cache
def _orders(wholes: frozenset[str]) -> bytes:
    each = [sql.SQL("({})").format(sql.SQL(_ORDERS[whole])) for whole in sorted(wholes)]
    return sql.SQL(" INTERSECT ").join(each).as_bytes()


@cache
def _statement(asked: frozenset[str], most: int) -> bytes:
    """The page's, with the conditions that are asked for: as many as staff ever combine are put together once."""
    line = all_of("l.chosen AND l.type <> 'pass'", _LINE, asked)
    walks = {
        walk: all_of(_WITH_A_LINE, _WALK, asked, line=line, at=sql.SQL(at), id=sql.SQL(id_))
        for walk, (at, id_) in _WALKS.items()
    }
    return sql.SQL(_PAGE).format(most=sql.Literal(most), line=line, **walks).as_bytes()


def _values(wanted: Wanted, after: Place | None) -> dict[str, Any]:
    """What is asked for, by the names that the statements have for it."""
    since, until = days_between(wanted.first, wanted.last)
    plate = wanted.plate
    asked: dict[str, Any] = {
        "plates": plate and sorted({plate.canonical, plate.compact, *plate.candidates}),  # however its source wrote it
        "number": wanted.number,
        "agency": wanted.agency,
        "fee_item": wanted.fee_item,
        "provider": wanted.provider,
        "states": wanted.status and [state.value for state in AttemptState if _shown(state) is wanted.status],
        "since": since,
        "until": until,
        "at": after and after.at,
        "id": after and after.attempt_id,
    }
    return {name: value for name, value in asked.items() if value not in (None, "")}


def _shown(state: AttemptState) -> PayStatus:
    return of_attempt(state, lost=False)[1]


def _bill(row: Any, *, whole: bool) -> PaidFor:
    state = AttemptState(row.state)
    return PaidFor(
        place=Place(row.at, row.id),
        paid_at=row.at if state in _MONEY else None,
        started_at=row.started_at,
        agency=row.agency,
        fee_item=row.fee_item,
        number=row.number,
        plate=row.plate if whole else mask_plate(row.plate),
        amount=row.amount,
        trade_amount=row.trade_amount,
        refunded=int(row.refunded or 0),
        provider=row.provider,
        trade_number=row.trade_number,
        status=_shown(state),
        write_off=row.write_off or "",
    )
