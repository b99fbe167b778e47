"""How far the write-off of a bill, or of an order, has come: for receipts and 繳費紀錄."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, or_, select

from domain.bills import PayableKey, PayableType
from domain.writeoffs import WriteOffKind, WriteOffStanding, WriteOffState
from infra.database import UnitOfWork
from models.writeoff import WriteOff


def state_of(uow: UnitOfWork, what: uuid.UUID | PayableKey) -> WriteOffStanding:
    """Of all bills of an order, or of one bill, also where it was paid inside a dunning notice."""
    which = WriteOff.order_id == what if isinstance(what, uuid.UUID) else _of_bill(what)
    return _standing(uow.session.scalars(select(WriteOff).where(which)).all())


def states_of(uow: UnitOfWork, orders: Collection[uuid.UUID]) -> Mapping[uuid.UUID, WriteOffStanding]:
    """The same for a list of orders, in one question."""
    rows: dict[uuid.UUID, list[WriteOff]] = {order_id: [] for order_id in orders}
    for row in uow.session.scalars(select(WriteOff).where(WriteOff.order_id.in_(rows))):
        rows[row.order_id].append(row)
    return {order_id: _standing(found) for order_id, found in rows.items()}


def _of_bill(key: PayableKey) -> ColumnElement[bool]:
    itself = and_(WriteOff.number == key.number, WriteOff.type == key.type.value)
    if key.type is PayableType.BILL:
        notice = and_(WriteOff.type == PayableType.NOTICE.value, WriteOff.covers.contains([key.number]))
        return and_(WriteOff.agency == key.agency, or_(itself, notice))
    return and_(WriteOff.agency == key.agency, itself)


def _standing(rows: Sequence[WriteOff]) -> WriteOffStanding:
    paid = [row for row in rows if row.kind == WriteOffKind.WRITE_OFF.value]
    if not paid:
        return WriteOffStanding.NONE
    if _sum(rows) - _sum(paid) >= _sum(paid):
        return WriteOffStanding.REVERSED
    if all(row.state == WriteOffState.ACCEPTED.value for row in paid):
        return WriteOffStanding.DONE
    return WriteOffStanding.UNDER_WAY


def _sum(rows: Iterable[WriteOff]) -> int:
    return sum(row.amount for row in rows)
