"""Receipts (繳費證明): what was paid, read from our books, with the fields of the pay.taipei manual."""

import uuid

from sqlalchemy import select

from domain.orderview import Receipt, in_page_order
from infra.database import UnitOfWork
from models.order import Attempt, Order, Payment
from services.orderbook import OrderNotFoundError, line_view
from services.writeoffs import state_of


def receipt(uow: UnitOfWork, order_id: uuid.UUID) -> Receipt:
    """The receipt of a paid order. Raises OrderNotFoundError when no money has been booked for it."""
    query = (
        select(Order, Attempt, Payment)
        .join(Attempt, Attempt.order_id == Order.id)
        .join(Payment, Payment.attempt_id == Attempt.id)
        .where(Order.id == order_id, Attempt.state == "paid")
    )
    found = uow.session.execute(query).one_or_none()
    if found is None:
        raise OrderNotFoundError
    order, attempt, payment = found
    return Receipt(
        order_id=order.id,
        trade_number=attempt.trade_number,
        provider=attempt.provider,
        paid_at=payment.paid_at,
        subtotal=attempt.amount,
        fee=attempt.fee,
        total=payment.amount,
        lines=in_page_order(line_view(line) for line in order.lines if line.chosen),
        write_off=state_of(uow, order.id),
    )
