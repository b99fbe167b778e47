"""Claims: who may pay a bill. One live row per bill in the whole database, held by an order that is paying or paid."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from domain.bills import PayableKey, PayableType
from domain.orders import OrderState
from domain.orderview import Line
from infra.database import UnitOfWork
from models.order import Claim

_HOLDERS = """
SELECT claim.agency, claim.type, claim.number, orders.id, orders.channel, orders.citizen, orders.state
FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted (agency, type, number)
JOIN claim USING (agency, type, number) JOIN orders ON orders.id = claim.order_id
WHERE claim.live
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """The order that holds a bill."""

    order_id: uuid.UUID
    channel: str
    citizen: str | None
    state: OrderState


def keys_of(lines: Iterable[Line]) -> Sequence[PayableKey]:
    """Every key that paying these lines claims, in the one order in which rows are locked everywhere."""
    return sorted({key for line in lines for key in line.claimed})


def claim(uow: UnitOfWork, order_id: uuid.UUID, keys: Sequence[PayableKey]) -> bool:
    """Take all keys for an order, or none (False): a bill is held by somebody else.

    Waits for transactions that are claiming the same keys. After False the transaction must be rolled back to before.
    """
    rows = [{"order_id": order_id, "agency": k.agency, "type": k.type.value, "number": k.number} for k in keys]
    done = uow.session.execute(insert(Claim).values(rows).on_conflict_do_nothing().returning(Claim.id))
    return len(done.all()) == len(keys)


def release(uow: UnitOfWork, order_id: uuid.UUID) -> None:
    """Let go of everything an order holds; the rows stay as history."""
    uow.session.execute(update(Claim).where(Claim.order_id == order_id, Claim.live).values(live=False))


def holders(uow: UnitOfWork, keys: Collection[PayableKey]) -> Mapping[PayableKey, Holder]:
    """Which order holds each key; keys nobody holds are left out. Hot: asked for every answer about a plate."""
    if not keys:
        return {}
    uow.flush()  # what this transaction has moved so far counts
    wanted = ([k.agency for k in keys], [k.type.value for k in keys], [k.number for k in keys])
    return {
        PayableKey(agency, PayableType(type_), number): Holder(order, channel, citizen, OrderState(state))
        for agency, type_, number, order, channel, citizen, state in cast(
            list[tuple[str, str, str, uuid.UUID, str, str | None, str]], uow.driver.execute(_HOLDERS, wanted).fetchall()
        )
    }
