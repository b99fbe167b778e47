"""Writes an order and its lines in one statement. Hot: every answer with something to pay has an order behind it."""

import hashlib
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from psycopg.types.json import Jsonb

from domain.bills import Bill, DunningNotice, Payable, PayableKey, PayableType
from domain.orders import ORDER_LIFE, OrderState
from domain.orderview import Line, OrderView, Standing, in_page_order
from infra.database import UnitOfWork

Discount = Callable[[Payable], int]  # NT$ less where a bill is paid here (domain.feeitems.Fees.discount)

_PAID = """
SELECT claim.agency || ':' || claim.type || ':' || claim.number
FROM unnest(%(agencies)s::text[], %(types)s::text[], %(numbers)s::text[]) AS wanted (agency, type, number)
JOIN claim USING (agency, type, number) JOIN orders ON orders.id = claim.order_id
WHERE claim.live AND orders.state = 'paid'
"""

# A new order, or the citizen's own unfinished one of exactly these bills, again while it is still open; nothing is
# written to one that has left that state.
_PUT = """
WITH mine AS (
    SELECT id FROM orders
    WHERE channel = %(channel)s AND citizen = %(citizen)s AND bills = %(bills)s AND state IN ('open', 'paying')
      AND stopped_at IS NULL AND (state = 'paying' OR expires_at > now())
    ORDER BY created_at DESC LIMIT 1
), put AS (
    INSERT INTO orders (id, channel, citizen, language, bills, total, expires_at)
    VALUES (coalesce((SELECT id FROM mine), %(id)s), %(channel)s, %(citizen)s, %(language)s, %(bills)s, %(total)s,
        now() + %(life)s)
    ON CONFLICT (id) DO UPDATE
        SET language = excluded.language, total = excluded.total, expires_at = excluded.expires_at
        WHERE orders.state = 'open'
    RETURNING id, created_at, expires_at, xmax = 0 AS is_new
), moved AS (
    INSERT INTO order_move (order_id, to_state, cause) SELECT id, 'open', 'opened' FROM put WHERE is_new
), lined AS (
    INSERT INTO order_line (order_id, position, agency, type, number, fee_item, plate, kind, source, parked_on,
        deadline, amount, extra_charge, pay_amount, discount, asked_at, covers, chosen, standing)
    SELECT put.id, line.* FROM put, jsonb_to_recordset(%(lines)s) AS line (position smallint, agency text, type text,
        number text, fee_item text, plate text, kind text, source text, parked_on date, deadline date, amount int,
        extra_charge int, pay_amount int, discount int, asked_at timestamptz, covers text[], chosen boolean,
        standing text)
    ON CONFLICT (order_id, position) DO UPDATE
        SET deadline = excluded.deadline, amount = excluded.amount, extra_charge = excluded.extra_charge,
            pay_amount = excluded.pay_amount, discount = excluded.discount, asked_at = excluded.asked_at,
            covers = excluded.covers, chosen = excluded.chosen, standing = excluded.standing
)
SELECT coalesce(put.id, mine.id), put.created_at, put.expires_at
FROM (SELECT) AS always LEFT JOIN put ON true LEFT JOIN mine ON true
"""


def paid_among(uow: UnitOfWork, payables: Sequence[Payable]) -> frozenset[PayableKey]:
    """Of these bills and notices, and what they cover: the keys that an order of ours has paid."""
    keys = sorted({key for payable in payables for key in covered_by(payable)})
    values = {
        "agencies": [key.agency for key in keys],
        "types": [key.type.value for key in keys],
        "numbers": [key.number for key in keys],
    }
    rows = cast(list[tuple[str]], uow.driver.execute(_PAID, values).fetchall())
    return frozenset(PayableKey.parse(key) for (key,) in rows)


def put(
    uow: UnitOfWork,
    payables: Sequence[Payable],
    paid: Collection[PayableKey],
    *,
    asked_at: datetime,
    channel: str,
    citizen: str | None,
    language: str,
    discount: Discount,
) -> OrderView | uuid.UUID:
    """Write a new order, or the citizen's unfinished one again: one round trip. All lines not `paid` are chosen.

    Returns the id alone when the unfinished one is being paid and was left as it is.
    """
    lines = lines_of(payables, asked_at, paid, discount)
    total = sum(line.price for line in lines if line.chosen)
    order_id, created_at, expires_at = put_rows(
        uow, uuid.uuid4(), rows_of(lines), total=total, channel=channel, citizen=citizen, language=language
    )
    if created_at is None or expires_at is None:
        return order_id
    return OrderView(
        id=order_id,
        channel=channel,
        citizen=citizen,
        language=language,
        state=OrderState.OPEN,
        total=total,
        created_at=created_at,
        expires_at=expires_at,
        paid_at=None,
        stopped=False,
        lines=in_page_order(lines),
        attempt=None,
    )


def put_rows(
    uow: UnitOfWork,
    order_id: uuid.UUID,
    rows: Sequence[Mapping[str, Any]],
    *,
    total: int,
    channel: str,
    citizen: str | None,
    language: str,
) -> tuple[uuid.UUID, datetime | None, datetime | None]:
    """Write an order of these rows_of() lines, or the citizen's unfinished one again; its id, beginning and end.

    The latter two are None when the unfinished one is being paid and was left as it is. `total`: NT$ of what is chosen.
    """
    values = {
        "id": order_id,
        "channel": channel,
        "citizen": citizen,
        "language": language,
        "bills": bills_hash(keys_of(row)[0] for row in rows),
        "total": total,
        "life": ORDER_LIFE,
        "lines": Jsonb(rows),
    }
    return cast(tuple[uuid.UUID, datetime | None, datetime | None], uow.driver.execute(_PUT, values).fetchone())


def lines_of(
    payables: Iterable[Payable], asked_at: datetime, paid: Collection[PayableKey], discount: Discount
) -> list[Line]:
    """Payables as the lines of an order, in the order in which they are written."""
    in_order = sorted(payables, key=lambda payable: payable.key)
    return [line_of(payable, asked_at, paid, discount(payable)) for payable in in_order]


def rows_of(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines as JSON takes them."""
    return [_row(position, line) for position, line in enumerate(lines)]


def keys_of(row: Mapping[str, Any]) -> Sequence[PayableKey]:
    """What a row of rows_of() points at, and what is paid with it."""
    covers = (PayableKey(row["agency"], PayableType.BILL, number) for number in row["covers"])
    return (PayableKey(row["agency"], PayableType(row["type"]), row["number"]), *covers)


def marked(row: Mapping[str, Any], paid: Collection[PayableKey]) -> dict[str, Any]:
    """The row of a line once `paid` was paid here."""
    due = not any(key in paid for key in keys_of(row))
    return {**row, "chosen": due, "standing": (Standing.DUE if due else Standing.PAID_HERE).value}


def covered_by(payable: Payable) -> Sequence[PayableKey]:
    """The keys that are paid with this bill or notice."""
    bills = payable.bills if isinstance(payable, DunningNotice) else ()
    return (payable.key, *(bill.key for bill in bills))


def bills_hash(keys: Iterable[PayableKey]) -> str:
    """The same for the same bills and notices in whatever order."""
    return hashlib.sha256("\n".join(sorted(map(str, keys))).encode()).hexdigest()[:32]


def line_of(payable: Payable, asked_at: datetime, paid: Collection[PayableKey], discount: int) -> Line:
    """A payable as a line of an order; `paid`: what an order of ours has paid; `discount`: NT$ less where paid here."""
    keys = covered_by(payable)
    due = not any(key in paid for key in keys)
    return Line(
        key=payable.key,
        fee_item=payable.fee_item,
        plate=payable.plate,
        kind=payable.kind,
        source=payable.source,
        parked_on=payable.parked_on if isinstance(payable, Bill) else None,
        deadline=payable.deadline,
        amount=payable.amount,
        extra_charge=payable.extra_charge if isinstance(payable, DunningNotice) else 0,
        pay_amount=payable.pay_amount,
        asked_at=asked_at,
        covers=keys[1:],
        chosen=due,
        standing=Standing.DUE if due else Standing.PAID_HERE,
        discount=discount,
    )


def _row(position: int, line: Line) -> dict[str, Any]:
    return {
        "position": position,
        "agency": line.key.agency,
        "type": line.key.type.value,
        "number": line.key.number,
        "fee_item": line.fee_item,
        "plate": line.plate,
        "kind": line.kind.value,
        "source": line.source,
        "parked_on": line.parked_on and line.parked_on.isoformat(),
        "deadline": line.deadline and line.deadline.isoformat(),
        "amount": line.amount,
        "extra_charge": line.extra_charge,
        "pay_amount": line.pay_amount,
        "discount": line.discount,
        "asked_at": line.asked_at.isoformat(),
        "covers": [key.number for key in line.covers],
        "chosen": line.chosen,
        "standing": line.standing.value,
    }
