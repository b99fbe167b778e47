"""Quotes: what a pay link was made for. Its order is opened when its page is, once; most links never are.

So an answer with bills costs one row without a life of its own. The order that a quote becomes has every rule of
orders: its lines say when their sources were asked, so old ones are asked again before a provider is, and what was paid
here meanwhile is marked so.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import text

from domain.bills import Payable
from domain.orders import ORDER_LIFE, OrderState
from domain.orderview import Line
from infra.database import UnitOfWork
from infra.links import ExpiredLinkError
from services import opening
from services.claims import holders
from services.orders import Orders

FORGET_AT_ONCE = 5000
_WRITE = """
INSERT INTO quote (id, channel, citizen, language, lines, expires_at)
SELECT q.*, now() + %s FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %b::bytea[]) AS q
"""
_OPENED = "SELECT order_id FROM quote WHERE id = %s"
_LOCK = "SELECT channel, citizen, language, expires_at <= now(), lines, order_id FROM quote WHERE id = %s FOR UPDATE"
_BECOME = "UPDATE quote SET order_id = %s WHERE id = %s"
_FORGET = text("DELETE FROM quote WHERE id IN (SELECT id FROM quote WHERE expires_at <= now() LIMIT :most)")


@dataclass(frozen=True, slots=True)
class Quote:
    """The bills of a pay link that is about to be given out."""

    id: uuid.UUID
    channel: str
    citizen: str
    language: str
    expires_at: datetime
    lines: Sequence[Line]

    @property
    def total(self) -> int:
        """NT$, what is paid when nothing is unticked."""
        return sum(line.price for line in self.lines)

    @property
    def discount(self) -> int:
        """NT$, how much less that is than what the sources want."""
        return sum(line.discount for line in self.lines)


def offer(
    orders: Orders,
    *,
    channel: str,
    citizen: str,
    payables: Sequence[Payable],
    asked_at: datetime,
    now: datetime,
    language: str,
) -> Quote | None:
    """A quote of those that are paid here, None when there are none. It counts once write() has written it.

    `asked_at`: when the sources were asked (of several, the earliest); `now`: the link's life begins.
    """
    here = orders.payable_here(payables)
    if not here:
        return None
    lines = opening.lines_of(here, asked_at, (), orders.discount)
    return Quote(uuid.uuid4(), channel, citizen, language, now + ORDER_LIFE, lines)


def write(uow: UnitOfWork, quotes: Sequence[Quote]) -> None:
    """Write quotes in one statement; their end is told by the database's clock. For turn.keep()."""
    columns = [(q.id, q.channel, q.citizen, q.language, orjson.dumps(opening.rows_of(q.lines))) for q in quotes]
    uow.driver.execute(_WRITE, [ORDER_LIFE, *(list(column) for column in zip(*columns, strict=True))])


def order_of(uow: UnitOfWork, link: uuid.UUID) -> uuid.UUID:
    """The order behind a pay link, whose page is opened. A quote's order is opened the first time, and no other.

    An id that is no quote's is an order's own. Raises ExpiredLinkError for a quote whose time is over.
    """
    row = uow.driver.execute(_OPENED, (link,)).fetchone()
    if row is None:
        return link
    return cast(uuid.UUID | None, row[0]) or _become(uow, link)


def _become(uow: UnitOfWork, link: uuid.UUID) -> uuid.UUID:
    """Open the order; whoever comes at the same moment waits here and is given the same."""
    row = uow.driver.execute(_LOCK, (link,)).fetchone()
    if row is None:  # forgotten meanwhile
        return link
    channel, citizen, language, over, raw, order_id = cast(tuple[str, str, str, bool, bytes, uuid.UUID | None], row)
    if order_id is not None:
        return order_id
    if over:
        raise ExpiredLinkError
    opened = _open(uow, link, orjson.loads(raw), channel=channel, citizen=citizen, language=language)
    uow.driver.execute(_BECOME, (opened, link))
    return opened


def _open(
    uow: UnitOfWork,
    link: uuid.UUID,
    rows: Sequence[dict[str, Any]],
    *,
    channel: str,
    citizen: str,
    language: str,
) -> uuid.UUID:
    keys = {key for row in rows for key in opening.keys_of(row)}
    held = holders(uow, keys)
    paid = {key: holder for key, holder in held.items() if holder.state is OrderState.PAID}
    by = {(holder.order_id, holder.channel, holder.citizen) for holder in paid.values()}
    if len(paid) == len(keys) and len(by) == 1 and (channel, citizen) == next(iter(by))[1:]:
        return next(iter(by))[0]  # the citizen's own order has paid it all: its receipt is what the link shows
    rows = [opening.marked(row, paid) for row in rows]
    total = sum(row["pay_amount"] - row["discount"] for row in rows if row["chosen"])
    opened, *_times = opening.put_rows(
        uow, link, rows, total=total, channel=channel, citizen=citizen, language=language
    )
    return opened


def forget(uow: UnitOfWork) -> int:
    """Delete a batch of quotes whose links have ended; says how many. Reads the whole table: once an hour."""
    return uow.connection.execute(_FORGET, {"most": FORGET_AT_ONCE}).rowcount
