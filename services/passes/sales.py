"""月票繳費查詢: how every place of a month was, or is to be, paid for. Numbers and sums; who it was, entries know."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from psycopg import ServerCursor, sql
from psycopg.rows import namedtuple_row
from sqlalchemy import func, select

from domain.clock import days_between
from domain.draw.coding import REHEARSAL
from domain.orders import AttemptState
from domain.passsales import PaidBy, PayStatus, of_attempt
from infra.conditions import all_of, rows_of
from infra.database import UnitOfWork
from models.passes import PassRound
from services.passes.prices import prices_due

PAGE = 50
AT_ONCE = 1_000  # rows read at once for a file
AT_THE_LOT, NOT_BEGUN = "counter", "to_pay"  # beside the states of attempts
_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"

# Payments online, payments at the lot, and places nobody has begun to pay for.
_ROWS = """
WITH round AS (
  SELECT r.*, l.name AS lot_name FROM pass_round r JOIN lot l ON l.number = r.lot WHERE {rounds}
), sale AS (
  SELECT e.id AS entry_id, a.id, a.state, coalesce(p.paid_at, a.started_at) AS at, a.amount + a.fee AS amount,
    a.trade_number AS number
  FROM round JOIN pass_entry e ON e.round_id = round.id JOIN order_line o ON o.entry_id = e.id
  JOIN attempt a ON a.order_id = o.order_id LEFT JOIN payment p ON p.attempt_id = a.id
  UNION ALL
  SELECT c.entry_id, c.entry_id, 'counter', c.paid_at, c.amount, c.receipt_no
  FROM round JOIN counter_sale c ON c.round_id = round.id
  UNION ALL
  SELECT s.entry_id, s.entry_id, 'to_pay', NULL, NULL, ''
  FROM round JOIN pass_seat s ON s.round_id = round.id AND s.state = 'offered'
  WHERE NOT EXISTS (
    SELECT FROM order_line o JOIN attempt a ON a.order_id = o.order_id WHERE o.entry_id = s.entry_id
  )
)
SELECT sale.*, e.entry_no, round.draw_id, round.lot_name, round.kind, round.pass_type,
  coalesce('L' || t.late, k.status || k.no) AS result, coalesce(plan.name, e.plan) AS plan,
  s.state IS DISTINCT FROM 'paid' AS unpaid
FROM sale JOIN pass_entry e ON e.id = sale.entry_id JOIN round ON round.id = e.round_id
LEFT JOIN pass_seat s ON s.entry_id = e.id
LEFT JOIN draw_rank k ON k.entry_id = e.id LEFT JOIN late_entry t ON t.entry_id = e.id
LEFT JOIN lot_plan plan ON (plan.lot, plan.kind, plan.pass_type, plan.code)
  = (round.lot, round.kind, round.pass_type, e.plan)
WHERE {sales}
ORDER BY sale.at DESC NULLS LAST, k.rank, sale.id LIMIT %(most)s OFFSET %(after)s
"""
_ROUNDS = {
    "draw_id": "r.draw_id = %(draw_id)s",
    "month": "r.month = %(month)s AND starts_with(r.draw_id, %(rehearsals)s) = %(rehearsal)s",
    "lots": "r.lot = ANY(%(lots)s)",
    "kind": "r.kind = %(kind)s",
    "pass_type": "r.pass_type = %(pass_type)s",
}
_SALES = {
    "states": "sale.state = ANY(%(states)s)",
    "since": "sale.at >= %(since)s",
    "until": "sale.at < %(until)s",
    "entries": "e.id = ANY(%(entries)s)",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; what is empty is every one. `lots` None: every lot. `entries`: those of a plate."""

    month: str  # of use, 2027-01
    lots: Collection[str] | None = None
    kind: str = ""
    pass_type: str = ""
    rehearsal: bool = False
    how: PaidBy | None = None
    day: date | None = None  # 繳費日期
    entries: Collection[uuid.UUID] | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """One row: a payment, or a place nobody has begun to pay for. Amounts in NT$."""

    entry_id: uuid.UUID
    entry_no: str
    draw_id: str
    lot_name: str
    kind: str
    pass_type: str  # its code
    result: str  # 抽籤結果: W12, B3, L1; "" for who bought first
    plan: str  # 優惠方案, its name
    amount: int | None
    at: datetime | None  # 繳費時間: of the money, else of the beginning
    paid_by: PaidBy
    number: str  # 繳費編號, or the lot's own receipt number; "" before anybody has begun
    status: PayStatus


def page(uow: UnitOfWork, wanted: Wanted, *, after: int = 0) -> tuple[Sequence[Sale], bool]:
    """PAGE rows behind the first `after`, the latest payment first, then places that wait for one; and whether there
    are more. Failed payments are listed too.
    """
    found = _read(uow, _asked(wanted), after, PAGE + 1)
    return found[:PAGE], len(found) > PAGE


def every(uow: UnitOfWork, wanted: Wanted) -> Iterator[Sequence[Sale]]:
    """All of them, some at a time, as they are at one moment: for a file. Must be the first in its transaction."""
    uow.driver.execute(_ONE_MOMENT)
    yield from _all(uow, _asked(wanted))


def latest_month(uow: UnitOfWork, lots: Collection[str] | None) -> str | None:
    """The last month of use that these lots (None: all) have a round for; None without any. Rehearsals aside."""
    found = select(func.max(PassRound.month)).where(PassRound.draw_id.not_like(f"{REHEARSAL}%"))
    month: str | None = uow.connection.execute(found if lots is None else found.where(PassRound.lot.in_(lots))).scalar()
    return month


def sales_of(uow: UnitOfWork, row: PassRound) -> Sequence[Sale]:
    """Every row of one round."""
    return [sale for sales in _all(uow, {"draw_id": row.draw_id}) for sale in sales]


def _all(uow: UnitOfWork, values: Mapping[str, object]) -> Iterator[Sequence[Sale]]:
    """By a cursor of the server's: the statement runs once, however many rows there are."""
    with ServerCursor(uow.driver, "sales", row_factory=namedtuple_row) as cursor:
        cursor.execute(_query(values), {**values, "after": 0, "most": None})
        while rows := cursor.fetchmany(AT_ONCE):
            yield _sales(uow, rows)


def _asked(wanted: Wanted) -> dict[str, object]:
    since, until = days_between(wanted.day, wanted.day)
    given = {
        "lots": sorted(wanted.lots) if wanted.lots is not None else None,
        "kind": wanted.kind or None,
        "pass_type": wanted.pass_type or None,
        "states": _states(wanted.how) if wanted.how else None,
        "since": since,
        "until": until,
        "entries": list(wanted.entries) if wanted.entries is not None else None,
    }
    month = {"month": wanted.month, "rehearsals": REHEARSAL, "rehearsal": wanted.rehearsal}
    return month | {name: value for name, value in given.items() if value is not None}


def _read(uow: UnitOfWork, values: Mapping[str, object], after: int, most: int) -> Sequence[Sale]:
    return _sales(uow, rows_of(uow.driver, _query(values), {**values, "after": after, "most": most}))


def _query(values: Mapping[str, object]) -> sql.Composed:
    return sql.SQL(_ROWS).format(rounds=all_of("true", _ROUNDS, values), sales=all_of("true", _SALES, values))


def _sales(uow: UnitOfWork, rows: Sequence[Any]) -> Sequence[Sale]:
    sales = [_sale(row) for row in rows]
    due = prices_due(uow, [one.entry_id for one in sales if one.amount is None])
    return [one if one.amount is not None else replace(one, amount=due.get(one.entry_id)) for one in sales]


def _sale(row: Any) -> Sale:
    paid_by, status = _stands(row.state, lost=row.unpaid and row.result is not None)
    return Sale(
        entry_id=row.entry_id,
        entry_no=row.entry_no,
        draw_id=row.draw_id,
        lot_name=row.lot_name,
        kind=row.kind,
        pass_type=row.pass_type,
        result=row.result or "",
        plan=row.plan,
        amount=row.amount,
        at=row.at,
        paid_by=paid_by,
        number=row.number,
        status=status,
    )


def _stands(state: str, *, lost: bool) -> tuple[PaidBy, PayStatus]:
    if state == NOT_BEGUN:
        return PaidBy.NOBODY, PayStatus.TO_PAY
    if state == AT_THE_LOT:
        return PaidBy.COUNTER, PayStatus.LOST if lost else PayStatus.PAID
    return of_attempt(AttemptState(state), lost=lost)


def _states(how: PaidBy) -> list[str]:
    """The states of rows that are paid in this way."""
    every_state = (*(state.value for state in AttemptState), AT_THE_LOT, NOT_BEGUN)
    return [state for state in every_state if _stands(state, lost=False)[0] is how]
