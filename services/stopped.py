"""Orders that stand still because a provider took another sum than ours: staff look, and let them go.

Nothing is taken from a person's word: released, the provider is asked again, and what it took comes onto the refund
list by its own account of it. An order of more than a refund may be without a second person needs one here too.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.orders import ATTEMPT_LIVE, AttemptState
from domain.refunds import RefundRules
from domain.staff import StaffRuleError, check_reason
from infra.database import UnitOfWork
from models.order import Attempt, Order
from services import audit
from services.booking import Booking
from services.orderbook import OrderNotFoundError, lock_attempt
from services.settling import SETTLE, Defer
from services.staff import approvals

KIND = "order.release"  # of the approval


@dataclass(frozen=True, slots=True)
class StoppedOrder:
    """One that waits for staff. Amount in NT$: ours; what the provider says is in the audit."""

    attempt_id: uuid.UUID
    provider: str
    trade_number: str
    amount: int
    since: datetime


class Stopped:
    """wiring gives booking, queue.defer, and the rules of refunds."""

    def __init__(self, booking: Booking, defer: Defer, rules: RefundRules) -> None:
        self._booking = booking
        self._defer = defer
        self._rules = rules

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

    def release(self, uow: UnitOfWork, attempt_id: uuid.UUID, *, reason: str, staff: str) -> bool:
        """Have the bills paid again; True when they can be, False when another person must approve it first.

        Raises StaffRuleError: not one of them, no reason, asked for already.
        """
        _, attempt = self._lock(uow, attempt_id)
        if any(one.detail["attempt"] == str(attempt_id) for one in approvals.waiting(uow, [KIND])):
            raise StaffRuleError("這筆訂單已經有人申請放行，請另一位同仁決定")
        amount = attempt.amount + attempt.fee
        if amount > self._rules.second_person_over:
            approvals.ask(uow, KIND, {"attempt": str(attempt_id), "amount": amount}, reason=reason, actor=staff)
            return False
        self._let_go(uow, attempt_id, reason=check_reason(reason), staff=staff)
        return True

    def decide(self, uow: UnitOfWork, approval_id: uuid.UUID, *, approve: bool, staff: str) -> None:
        """The second person. Raises StaffRuleError, also where the order has gone on meanwhile."""
        seen = approvals.decide(uow, approval_id, KIND, approve=approve, actor=staff)
        if approve:
            approvals.use(uow, approval_id, KIND, actor=staff)
            self._let_go(uow, uuid.UUID(seen.detail["attempt"]), reason=seen.reason, staff=staff)

    def _let_go(self, uow: UnitOfWork, attempt_id: uuid.UUID, *, reason: str, staff: str) -> None:
        """End the attempt; its money is booked as late once its provider is asked."""
        order, attempt = self._lock(uow, attempt_id)
        order.stopped_at = None
        self._booking.end(uow, order, attempt, AttemptState.FAILED, "amount_differs")
        detail: audit.Detail = {"attempt": str(attempt.id), "reason": reason}
        audit.write(uow, "order.released", actor=staff, subject_type="order", subject_id=order.id, detail=detail)
        self._defer(uow, SETTLE, attempt_id=str(attempt.id))

    def _lock(self, uow: UnitOfWork, attempt_id: uuid.UUID) -> tuple[Order, Attempt]:
        try:
            order, attempt = lock_attempt(uow, attempt_id)
        except OrderNotFoundError:
            raise StaffRuleError("沒有這筆停住的訂單") from None
        if order.stopped_at is None or AttemptState(attempt.state) not in ATTEMPT_LIVE:
            raise StaffRuleError("這筆訂單沒有停住，或已經放行")
        return order, attempt
