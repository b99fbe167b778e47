"""Books what a provider reports of an attempt: one transaction, under the order's lock, each outcome once.

Nothing here asks anybody. The browser is never believed; amounts are compared with our own row.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import select

from domain.bills import PayableKey
from domain.clock import city_date
from domain.orders import (
    ATTEMPT_ENDED,
    ATTEMPT_LIVE,
    ISSUED_ASK_EVERY,
    LATE_CHECKS,
    NEVER_REACHED_AFTER,
    AttemptState,
    OrderState,
    late_check_after,
    next_ask_after,
)
from domain.ports.notices import Notices
from domain.ports.payments import TRIAL_PROVIDERS, AttemptOutcome, Report
from infra.database import UnitOfWork
from models.order import Attempt, Order, Payment, RefundDue
from services import audit, claims
from services.links import Links
from services.orderbook import (
    database_now,
    line_view,
    lock_attempt,
    record_attempt,
    shift_attempt,
    shift_order,
)
from services.passes import rights
from services.writeoffs.making import write_off

CONFIRM_AGAIN_AFTER = timedelta(seconds=60)  # a confirm() call is surely over by then

log = structlog.get_logger()

_ENDS: Mapping[AttemptOutcome, AttemptState] = {
    AttemptOutcome.FAILED: AttemptState.FAILED,
    AttemptOutcome.CANCELLED: AttemptState.CANCELLED,
    AttemptOutcome.EXPIRED: AttemptState.EXPIRED,
}


class MarksPaid(Protocol):
    """What booking needs of the ledger (services/ledger.py)."""

    def __call__(self, uow: UnitOfWork, keys: Collection[PayableKey], *, paid_at: datetime) -> int:
        """Mark these bills and notices of our own ledger as paid; keys of other sources are passed over."""
        ...


class MailsReceipts(Protocol):
    """What booking needs of receipts by e-mail (services/receipt_mail.py)."""

    def post(self, uow: UnitOfWork, order_id: uuid.UUID, *, channel: str, citizen: str) -> None:
        """Have the receipt sent once this transaction commits, to whoever has left an e-mail."""
        ...


class Booking:
    """Turns reports into states, payments, write-offs, the refund list, notices and receipts by e-mail."""

    def __init__(self, mark_paid: MarksPaid, notices: Notices, links: Links, receipt_mail: MailsReceipts) -> None:
        self._mark_paid = mark_paid
        self._notices = notices
        self._links = links
        self._receipt_mail = receipt_mail

    def may_confirm(self, uow: UnitOfWork, attempt_id: uuid.UUID) -> bool:
        """Note that the money is about to be taken; False when it must not be, or another process is at it."""
        order, attempt = lock_attempt(uow, attempt_id)
        state, now = AttemptState(attempt.state), database_now(uow)
        if state not in ATTEMPT_LIVE or order.stopped_at is not None or not rights.still_held(uow, order):
            return False
        if state is AttemptState.CONFIRMING and attempt.next_ask_at is not None and attempt.next_ask_at > now:
            return False
        if state is not AttemptState.CONFIRMING:
            shift_attempt(uow, attempt, AttemptState.CONFIRMING, "approved", attempt.provider)
        attempt.next_ask_at = now + CONFIRM_AGAIN_AFTER
        return True

    def is_taking(self, uow: UnitOfWork, attempt_id: uuid.UUID) -> bool:
        """Whether a call that takes the money may be under way; its rows stay locked. Raises OrderNotFoundError."""
        _, attempt = lock_attempt(uow, attempt_id)
        return attempt.state == AttemptState.CONFIRMING.value

    def apply(
        self, uow: UnitOfWork, attempt_id: uuid.UUID, report: Report, *, closes: bool = True, leave: bool = False
    ) -> AttemptState:
        """Book one report; the attempt's state afterwards. Raises OrderNotFoundError.

        `closes`: whether the provider can close an attempt on our word. `leave`: where it cannot, the citizen has been
        warned and wants another way although this one may still be paid.
        """
        order, attempt = lock_attempt(uow, attempt_id)
        state = AttemptState(attempt.state)
        attempt.expires_at = max(attempt.expires_at, report.payable_until or attempt.expires_at)
        if state not in ATTEMPT_LIVE:
            self._look_again(uow, attempt, answered=report.outcome is not AttemptOutcome.UNKNOWN, closes=closes)
            if report.outcome is AttemptOutcome.PAID and not self._known_money(uow, attempt, report):
                self._book_late(uow, order, attempt, report)
        elif order.stopped_at is not None:
            attempt.next_ask_at = None  # staff have it
        elif report.outcome is AttemptOutcome.PAID and report.amount is not None:
            self._book_paid(uow, order, attempt, report)
        elif report.outcome in _ENDS:
            self.end(uow, order, attempt, _ENDS[report.outcome], "reported")
        elif report.outcome is AttemptOutcome.NEVER_HEARD and self._call_is_over(uow, attempt):
            self.end(uow, order, attempt, AttemptState.FAILED, "never_reached")
        elif report.outcome is AttemptOutcome.PENDING and leave and not closes:
            self.end(uow, order, attempt, AttemptState.CANCELLED, "left")
        else:
            self._wait(uow, attempt, report)
        return AttemptState(attempt.state)

    def end(self, uow: UnitOfWork, order: Order, attempt: Attempt, to: AttemptState, cause: str) -> None:
        """End a live attempt without money: its order is open again and lets its bills go."""
        shift_attempt(uow, attempt, to, cause, attempt.provider)
        self._look_again(uow, attempt, answered=True, closes=True)
        shift_order(uow, order, OrderState.OPEN, f"attempt_{to.value}", attempt.provider)
        claims.release(uow, order.id)

    def _look_again(self, uow: UnitOfWork, attempt: Attempt, *, answered: bool, closes: bool) -> None:
        """An attempt that ended without money is asked about a few times more; one that ended with it, no more."""
        attempt.next_ask_at = None
        if AttemptState(attempt.state) not in ATTEMPT_ENDED or attempt.ended_at is None:
            return
        now = database_now(uow)
        wait = late_check_after(now - attempt.ended_at, answered=answered)
        if wait is not None:
            attempt.next_ask_at = now + wait
        elif not closes and attempt.expires_at > now:  # left while its page, or a number, could still be paid
            attempt.next_ask_at = attempt.expires_at + LATE_CHECKS[-1]

    def _wait(self, uow: UnitOfWork, attempt: Attempt, report: Report) -> None:
        state = AttemptState(attempt.state)
        waiting = report.outcome in (AttemptOutcome.PENDING, AttemptOutcome.APPROVED)
        if waiting and state is AttemptState.UNKNOWN:
            shift_attempt(uow, attempt, AttemptState.STARTED, "still_waiting", attempt.provider)
        elif not waiting and state is not AttemptState.UNKNOWN and report.outcome is not AttemptOutcome.NEVER_HEARD:
            shift_attempt(uow, attempt, AttemptState.UNKNOWN, "no_clear_answer", audit.SYSTEM)
        wait = ISSUED_ASK_EVERY if report.payable_until else next_ask_after(attempt.asks)
        attempt.next_ask_at = database_now(uow) + wait
        attempt.asks += 1

    def _call_is_over(self, uow: UnitOfWork, attempt: Attempt) -> bool:
        return attempt.started_at + NEVER_REACHED_AFTER <= database_now(uow)

    def _book_paid(self, uow: UnitOfWork, order: Order, attempt: Attempt, report: Report) -> None:
        if report.amount != attempt.amount + attempt.fee:
            self._stop(uow, order, attempt, report)
            return
        if not rights.take(uow, order, report.paid_at or database_now(uow)):
            self._book_for_nothing(uow, order, attempt, report)
            return
        attempt.provider_reference = report.provider_reference or attempt.provider_reference
        attempt.next_ask_at = None
        shift_attempt(uow, attempt, AttemptState.PAID, "reported", attempt.provider)
        paid_at = _book_money(uow, attempt, report)
        order.paid_at = paid_at
        shift_order(uow, order, OrderState.PAID, "attempt_paid", attempt.provider)
        keys = claims.keys_of(line_view(line) for line in order.lines if line.chosen)
        self._mark_paid(uow, keys, paid_at=paid_at)
        write_off(uow, order, attempt, paid_at)
        passes = any(line.entry_id is not None for line in order.lines if line.chosen)
        self._tell(uow, order, attempt, "pass_issued" if passes else "payment_done", report.amount)
        if order.citizen is not None:
            self._receipt_mail.post(uow, order.id, channel=order.channel, citizen=order.citizen)

    def _book_for_nothing(self, uow: UnitOfWork, order: Order, attempt: Attempt, report: Report) -> None:
        """Money for a place that was theirs no longer: it buys nothing and is late."""
        self.end(uow, order, attempt, AttemptState.EXPIRED, "right_lost")
        attempt.next_ask_at = None  # all has come that can
        if rights.recheck(uow, order):
            order.total = sum(line.pay_amount - line.discount for line in order.lines if line.chosen)
        self._book_late(uow, order, attempt, report)

    def _stop(self, uow: UnitOfWork, order: Order, attempt: Attempt, report: Report) -> None:
        """The provider took another amount than ours: nothing more happens by itself, staff must look."""
        order.stopped_at = database_now(uow)
        if AttemptState(attempt.state) is not AttemptState.UNKNOWN:
            shift_attempt(uow, attempt, AttemptState.UNKNOWN, "amount_differs", attempt.provider)
        attempt.next_ask_at = None
        detail: audit.Detail = {
            "ours": attempt.amount + attempt.fee,
            "theirs": report.amount,
            "attempt": str(attempt.id),
        }
        audit.write(
            uow, "order.stopped", actor=attempt.provider, subject_type="order", subject_id=order.id, detail=detail
        )
        log.error("payment_amount_differs", order=str(order.id), attempt=str(attempt.id), provider=attempt.provider)

    def _known_money(self, uow: UnitOfWork, attempt: Attempt, report: Report) -> bool:
        """Whether this very money is in our books: as the attempt's own, or as a late row of it."""
        own = (None, attempt.provider_reference)
        if attempt.state == AttemptState.PAID.value and report.provider_reference in own:
            return True
        late = select(Attempt.id).where(Attempt.late_of == attempt.id)
        late = late.where(Attempt.provider_reference.is_not_distinct_from(report.provider_reference))
        return uow.session.scalar(late) is not None

    def _book_late(self, uow: UnitOfWork, order: Order, attempt: Attempt, report: Report) -> None:
        amount = report.amount or attempt.amount + attempt.fee
        late = Attempt(
            id=uuid.uuid4(),
            order_id=order.id,
            provider=attempt.provider,
            trade_number=attempt.trade_number,
            amount=amount,
            fee=0,
            state=AttemptState.LATE.value,
            provider_reference=report.provider_reference,
            expires_at=attempt.expires_at,
            ended_at=database_now(uow),
            late_of=attempt.id,
        )
        record_attempt(uow, late, None, f"after_{attempt.state}", attempt.provider)
        _book_money(uow, late, report)
        reason = "double" if order.state == OrderState.PAID.value else "late"
        uow.session.add(RefundDue(attempt_id=late.id, order_id=order.id, amount=amount, reason=reason))
        self._tell(uow, order, late, "payment_to_refund", amount)

    def _tell(self, uow: UnitOfWork, order: Order, attempt: Attempt, notice: str, amount: int) -> None:
        if order.citizen is None:
            return
        data: dict[str, object] = {
            "order_id": str(order.id),
            "amount": amount,
            "count": sum(line.chosen for line in order.lines),
            "receipt_url": self._links.receipt(order.id),
            "trial": attempt.provider in TRIAL_PROVIDERS,
            "number": attempt.trade_number,
            "passes": [view.about for line in order.lines if (view := line_view(line)).about is not None],
            "plate": next((line.plate for line in order.lines), ""),
            "today": city_date(database_now(uow)),
        }
        dedupe_key = f"{notice}:{attempt.id}"
        self._notices.post(uow, notice, channel=order.channel, citizen=order.citizen, dedupe_key=dedupe_key, data=data)


def _book_money(uow: UnitOfWork, attempt: Attempt, report: Report) -> datetime:
    """The row of money that came; returns when, by the provider's clock or, untold, by ours."""
    paid_at = report.paid_at or database_now(uow)
    uow.session.add(
        Payment(
            attempt_id=attempt.id,
            order_id=attempt.order_id,
            provider=attempt.provider,
            provider_reference=attempt.provider_reference,
            amount=attempt.amount + attempt.fee,
            paid_at=paid_at,
        )
    )
    return paid_at
