"""Makes write-offs in the transaction that books a payment, and reversals in the one that books a refund.

Every bill paid here has one, whatever its source: each payment belongs to an agency. One line of an order is one
message; a dunning notice (催繳單) tells the bills it covers.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from domain.bills import PayableType
from domain.orders import AttemptState
from domain.orderview import Line
from domain.refunds import RefundState
from domain.writeoffs import Standing, WriteOffKind, WriteOffState, taken_back_by
from infra.database import UnitOfWork
from models.order import Attempt, Order
from models.refund import Refund
from models.writeoff import WriteOff
from services import audit
from services.orderbook import database_now, line_view, lock_order
from services.writeoffs import book

_OF_AGENCIES = frozenset({PayableType.BILL.value, PayableType.NOTICE.value})  # what the city itself sells is not

log = structlog.get_logger(__name__)


class ReversalError(Exception):
    """What staff say of a refund cannot be; the text says why."""


def write_off(uow: UnitOfWork, order: Order, attempt: Attempt, paid_at: datetime) -> None:
    """A write-off for each bill and notice that this payment has paid. The order is locked."""
    lines = (line_view(line) for line in order.lines if line.chosen and line.type in _OF_AGENCIES)
    book.add(uow, [_of_line(order, attempt, line, paid_at) for line in lines], "paid")


def take_back(uow: UnitOfWork, refund: Refund) -> None:
    """Reversals of what a refund that is done has given back; the order is locked.

    Money that paid nothing (late, or paid twice) was never written off. A refund that does not show which bill it is of
    goes to staff.
    """
    write_offs = _standing(uow, refund.order_id)
    if uow.session.get_one(Attempt, refund.attempt_id).state == AttemptState.LATE.value or not write_offs:
        return
    shares = taken_back_by(refund.amount, write_offs)
    if shares is None:
        detail: audit.Detail = {"amount": refund.amount, "order": str(refund.order_id)}
        audit.write(
            uow, "write_off.unclear", actor=audit.SYSTEM, subject_type="refund", subject_id=refund.id, detail=detail
        )
        log.error("reversal_unclear", refund=str(refund.id))
        return
    _reverse(uow, refund, shares, "refunded")


def take_back_of(uow: UnitOfWork, refund_id: uuid.UUID, number: str, amount: int, *, staff: str) -> None:
    """Staff say that `amount` NT$ of a refund were of the bill `number`. Raises ReversalError."""
    order_id = uow.session.scalar(select(Refund.order_id).where(Refund.id == refund_id))
    if order_id is None or not staff.strip():
        raise ReversalError("no such refund, or no staff id")
    lock_order(uow, order_id)
    rest = sum(amount for _, amount in unclear(uow, refund_id))
    refund = uow.session.get_one(Refund, refund_id)
    left = {one.id: one.left for one in _standing(uow, order_id)}
    query = select(WriteOff.id).where(WriteOff.order_id == order_id, WriteOff.number == number)
    found = uow.session.scalar(query.where(WriteOff.kind == WriteOffKind.WRITE_OFF.value))
    most = min(rest, left.get(found, 0)) if found else 0
    if found is None or not 0 < amount <= most:
        raise ReversalError(f"at most NT${most} of this refund can be of this bill")
    _reverse(uow, refund, {found: amount}, "staff")
    detail: audit.Detail = {"amount": amount, "refund": str(refund_id)}
    audit.write(
        uow, "write_off.reversed", actor=staff.strip(), subject_type="write_off", subject_id=found, detail=detail
    )


def unclear(uow: UnitOfWork, of: uuid.UUID | None = None) -> Sequence[tuple[uuid.UUID, int]]:
    """Refunds of which staff must say what bill they are of, with the NT$ that are open; the oldest first.

    `of`: this refund only.
    """
    reversal, first = aliased(WriteOff), aliased(WriteOff)
    told = select(func.coalesce(func.sum(reversal.amount), 0)).where(reversal.refund_id == Refund.id)
    back = select(func.coalesce(func.sum(reversal.amount), 0)).where(
        reversal.order_id == Refund.order_id, reversal.kind == WriteOffKind.REVERSAL.value
    )
    out = select(func.coalesce(func.sum(first.amount), 0)).where(
        first.order_id == Refund.order_id, first.kind == WriteOffKind.WRITE_OFF.value
    )
    open_ = func.least(Refund.amount - told.scalar_subquery(), out.scalar_subquery() - back.scalar_subquery())
    query = select(Refund.id, open_.label("open")).join(Attempt, Attempt.id == Refund.attempt_id)
    query = query.where(Refund.state == RefundState.DONE.value, Attempt.state != AttemptState.LATE.value, open_ > 0)
    if of is not None:
        query = query.where(Refund.id == of)
    return [(row.id, int(row.open)) for row in uow.session.execute(query.order_by(Refund.asked_at))]


def _reverse(uow: UnitOfWork, refund: Refund, shares: Mapping[uuid.UUID, int], cause: str) -> None:
    rows = []
    firsts = uow.session.scalars(select(WriteOff).where(WriteOff.id.in_(shares)).order_by(WriteOff.serial)).all()
    for first in firsts:  # in the order in which the agency was told of the payment
        if first.state != WriteOffState.DROPPED.value:  # the agency never booked it
            rows.append(_of_refund(refund, first, shares[first.id], refund.ended_at or database_now(uow)))
    book.add(uow, rows, cause)


def _standing(uow: UnitOfWork, order_id: uuid.UUID) -> Sequence[Standing]:
    rows = uow.session.scalars(select(WriteOff).where(WriteOff.order_id == order_id).order_by(WriteOff.serial)).all()
    return [Standing(row.id, row.amount, row.amount - _back(rows, row)) for row in rows if row.reverses is None]


def _back(rows: Iterable[WriteOff], of: WriteOff) -> int:
    return sum(row.amount for row in rows if row.reverses == of.id)


def _of_line(order: Order, attempt: Attempt, line: Line, paid_at: datetime) -> WriteOff:
    return WriteOff(
        id=uuid.uuid4(),
        kind=WriteOffKind.WRITE_OFF.value,
        agency=line.key.agency,
        type=line.key.type.value,
        number=line.key.number,
        covers=[key.number for key in line.covers],
        amount=line.price,
        discount=line.discount,
        paid_at=paid_at,
        order_id=order.id,
        provider=attempt.provider,
        trade_number=attempt.trade_number,
    )


def _of_refund(refund: Refund, first: WriteOff, amount: int, at: datetime) -> WriteOff:
    return WriteOff(
        id=uuid.uuid4(),
        kind=WriteOffKind.REVERSAL.value,
        agency=first.agency,
        type=first.type,
        number=first.number,
        covers=list(first.covers),
        amount=amount,
        paid_at=at,
        order_id=first.order_id,
        provider=first.provider,
        trade_number=first.trade_number,
        refund_id=refund.id,
        reverses=first.id,
    )
