"""Rows of write-offs: made, locked after their order, moved by their table with their history, put into words."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.bills import PayableKey, PayableType
from domain.ports.payments import TRIAL_PROVIDERS
from domain.writeoffs import WRITE_OFF_ENDED, WriteOffKind, WriteOffMessage, WriteOffState, move_write_off
from infra.database import UnitOfWork
from models.agency import Agency
from models.order import Order
from models.writeoff import WriteOff, WriteOffMove
from services.orderbook import OrderNotFoundError, database_now, lock_order


class WriteOffNotFoundError(Exception):
    """No such write-off."""


@dataclass(frozen=True, slots=True)
class WriteOffView:
    """A write-off as staff see it. Amount in NT$."""

    id: uuid.UUID
    kind: WriteOffKind
    key: PayableKey
    amount: int
    state: WriteOffState
    tries: int
    reason: str | None
    made_at: datetime
    staff_since: datetime | None


def add(uow: UnitOfWork, rows: Sequence[WriteOff], cause: str) -> None:
    """New rows, in the order in which the agency shall hear of them; their state is set by who is told by webhook."""
    if not rows:
        return
    by_webhook = told_by_webhook(uow, {row.agency for row in rows})
    now = database_now(uow)
    for row in rows:
        row.state = (WriteOffState.DUE if row.agency in by_webhook else WriteOffState.WAITING).value
        row.next_try_at = now if row.agency in by_webhook else None
        uow.session.add(row)
        uow.session.flush()  # one by one: the serial is their order, and the history points at them
        uow.session.add(WriteOffMove(write_off_id=row.id, from_state=None, to_state=row.state, cause=cause))


def told_by_webhook(uow: UnitOfWork, codes: Iterable[str]) -> frozenset[str]:
    """Those of these agencies that have an address for write-offs."""
    query = select(Agency.code).where(Agency.code.in_(list(codes)), Agency.webhook_url.is_not(None))
    return frozenset(uow.session.scalars(query))


def lock(uow: UnitOfWork, write_off_id: uuid.UUID) -> tuple[Order, WriteOff]:
    """A write-off and its order, the order locked first, as everywhere. Raises WriteOffNotFoundError."""
    order_id = uow.session.scalar(select(WriteOff.order_id).where(WriteOff.id == write_off_id))
    if order_id is None:
        raise WriteOffNotFoundError
    try:
        order = lock_order(uow, order_id)
    except OrderNotFoundError:
        raise WriteOffNotFoundError from None
    query = select(WriteOff).where(WriteOff.id == write_off_id).with_for_update()
    return order, uow.session.scalars(query.execution_options(populate_existing=True)).one()


def shift(uow: UnitOfWork, row: WriteOff, to: WriteOffState, cause: str) -> None:
    """Move a locked write-off; its history goes with it. Raises ForbiddenMoveError."""
    before = WriteOffState(row.state)
    row.state = move_write_off(before, to).value
    if to in WRITE_OFF_ENDED:
        row.ended_at, row.next_try_at, row.staff_since = database_now(uow), None, None
    elif to in (WriteOffState.WAITING, WriteOffState.REFUSED):
        row.next_try_at = None
    uow.session.add(WriteOffMove(write_off_id=row.id, from_state=before.value, to_state=to.value, cause=cause))


def key_of(row: WriteOff) -> PayableKey:
    """What it writes off."""
    return PayableKey(row.agency, PayableType(row.type), row.number)


def message(row: WriteOff) -> WriteOffMessage:
    """What the agency is told: of one row the same words for ever."""
    return WriteOffMessage(
        id=row.id,
        kind=WriteOffKind(row.kind),
        key=key_of(row),
        covers=tuple(row.covers),
        amount=row.amount,
        discount=row.discount,
        paid_at=row.paid_at,
        provider=row.provider,
        trade_number=row.trade_number,
        reverses=row.reverses,
        trial=row.provider in TRIAL_PROVIDERS,
    )


def view(row: WriteOff) -> WriteOffView:
    """A write-off as it is listed."""
    return WriteOffView(
        id=row.id,
        kind=WriteOffKind(row.kind),
        key=key_of(row),
        amount=row.amount,
        state=WriteOffState(row.state),
        tries=row.tries,
        reason=row.reason,
        made_at=row.made_at,
        staff_since=row.staff_since,
    )
