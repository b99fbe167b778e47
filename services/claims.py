"""Claims: who may pay a bill. One live row per bill in the whole database, held by an order that is paying or paid."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from domain.bills import PayableKey, PayableType
from domain.orders import OrderState
from domain.orderview import Line
from infra.database import UnitOfWork
from models.order import Claim, Order


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
    """Which order holds each key; keys nobody holds are left out."""
    if not keys:
        return {}
    wanted = [(k.agency, k.type.value, k.number) for k in keys]
    query = (
        select(Claim.agency, Claim.type, Claim.number, Order.id, Order.channel, Order.citizen, Order.state)
        .join(Order, Order.id == Claim.order_id)
        .where(Claim.live, tuple_(Claim.agency, Claim.type, Claim.number).in_(wanted))
    )
    return {
        PayableKey(agency, PayableType(type_), number): Holder(order, channel, citizen, OrderState(state))
        for agency, type_, number, order, channel, citizen, state in uow.session.execute(query)
    }
