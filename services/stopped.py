"""Orders that stand still because a provider took another sum than ours: staff look, and let them go.

Nothing is taken from a person's word: released, the provider is asked again, and what it took comes onto the refund
list by its own account of it.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.orders import ATTEMPT_LIVE, AttemptState
from infra.database import UnitOfWork
from models.order import Attempt, Order
from services import audit
from services.booking import Booking
from services.orderbook import OrderNotFoundError, lock_attempt
from services.settling import SETTLE, Defer


@dataclass(frozen=True, slots=True)
class StoppedOrder:
    """One that waits for staff. Amount in NT$: ours; what the provider says is in the audit."""

    attempt_id: uuid.UUID
    provider: str
    trade_number: str
    amount: int
    since: datetime


class Stopped:
    """wiring gives booking and queue.defer."""

    def __init__(self, booking: Booking, defer: Defer) -> None:
        self._booking = booking
        self._defer = defer

    def listed(self, uow: UnitOfWork) -> Sequence[StoppedOrder]:
        """All of them, the oldest first."""
        live = [state.value for state in ATTEMPT_LIVE]
        query = select(Attempt, Order.stopped_at).join(Order, Order.id == Attempt.order_id)
        query = query.where(Order.stopped_at.is_not(None), Attempt.state.in_(live)).order_by(Order.stopped_at)
        return [
            StoppedOrder(one.id, one.provider, one.trade_number, one.amount + one.fee, since)
            for one, since in uow.session.execute(query)
            if since is not None
        ]

    def release(self, uow: UnitOfWork, attempt_id: uuid.UUID, *, staff: str) -> None:
        """End the attempt, so that the bills can be paid again; its money is booked as late once its provider is asked.

        Raises OrderNotFoundError for an attempt that is not one of them.
        """
        order, attempt = lock_attempt(uow, attempt_id)
        if order.stopped_at is None or AttemptState(attempt.state) not in ATTEMPT_LIVE:
            raise OrderNotFoundError
        order.stopped_at = None
        self._booking.end(uow, order, attempt, AttemptState.FAILED, "amount_differs")
        detail: audit.Detail = {"attempt": str(attempt.id)}
        audit.write(uow, "order.released", actor=staff, subject_type="order", subject_id=order.id, detail=detail)
        self._defer(uow, SETTLE, attempt_id=str(attempt.id))
