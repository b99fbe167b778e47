"""Refunds (退款): requested by staff with a reason, above a limit approved by another, carried out at the provider.

Each refund is committed before its provider is called, with the moment of the call. After a kill, a time-out or an
unclear answer the provider is asked; only when it surely never heard of it, it is called again.
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select

from domain import storebarcode
from domain.errors import OutsideError
from domain.ports.notices import Notices
from domain.ports.payments import TRIAL_PROVIDERS, PaymentProvider
from domain.ports.refunds import BY_HAND, GivesBack, Refunding, RefundOutcome, RefundReport
from domain.refunds import CALL_IS_OVER, REFUND_LIVE, RefundRules, RefundState, RefundView, next_look_after
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.order import Attempt, Order, Payment
from models.refund import Refund, RefundRequest
from services import audit, refundbook
from services.orderbook import database_now
from services.settling import Defer
from services.writeoffs.making import take_back

AccountLink = Callable[[uuid.UUID], str]  # refund -> address
CARRY_OUT = "refunds.carry_out"  # the task in jobs/tasks/refunds.py
SWEEP_AT_ONCE = 50
REASON_LENGTH = 200

log = structlog.get_logger(__name__)


class RefundRuleError(Exception):
    """A staff member asks for what the rules do not allow; its text says what, for the command's one line."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for a second person. Amount in NT$."""

    id: uuid.UUID
    amount: int
    reason: str
    asked_by: str
    asked_at: datetime


class Refunds:
    """Requests, decisions, and what providers make of them."""

    def __init__(
        self,
        providers: Mapping[str, PaymentProvider],
        notices: Notices,
        rules: RefundRules,
        defer: Defer,
        account_link: AccountLink | None = None,
    ) -> None:
        """`account_link`: the page that takes a bank account (RefundAccounts.link); None: citizens call instead."""
        self._account_link = account_link
        self._providers = providers
        self._notices = notices
        self._rules = rules
        self._defer = defer

    def request(self, uow: UnitOfWork, attempt_id: uuid.UUID, amount: int, *, reason: str, staff: str) -> bool:
        """Give back `amount` NT$ of an attempt's money; True when it is on its way, False when another must approve.

        `reason`: staff's words, nothing personal. Raises RefundNotFoundError, or RefundRuleError.
        """
        reason, staff = reason.strip(), staff.strip()
        if not staff or not reason or len(reason) > REASON_LENGTH:
            raise RefundRuleError(f"需要承辦人員的帳號與原因，原因最多 {REASON_LENGTH} 個字")
        money = refundbook.lock_money(uow, attempt_id)
        waiting = sum(request.amount for request in self._undecided(uow, attempt_id))
        if not 0 < amount <= money.left - waiting:
            raise RefundRuleError(f"這筆款項最多可退 {money.left - waiting:,} 元")
        needs_second = amount > self._rules.second_person_over
        request = RefundRequest(
            id=uuid.uuid4(),
            attempt_id=attempt_id,
            amount=amount,
            reason=reason,
            needs_second=needs_second,
            asked_by=staff,
            asked_at=database_now(uow),
        )
        uow.session.add(request)
        uow.session.flush()
        detail: audit.Detail = {"amount": amount, "attempt": str(attempt_id), "needs_second": needs_second}
        audit.write(
            uow, "refund.requested", actor=staff, subject_type="refund_request", subject_id=request.id, detail=detail
        )
        if not needs_second:
            self._approve(uow, request, money, staff)
        return not needs_second

    def decide(self, uow: UnitOfWork, request_id: uuid.UUID, *, approve: bool, staff: str) -> None:
        """A second person approves or rejects a request. Raises RefundNotFoundError, or RefundRuleError."""
        request = uow.session.get(RefundRequest, request_id)
        if request is None:
            raise refundbook.RefundNotFoundError
        money = refundbook.lock_money(uow, request.attempt_id)
        uow.session.refresh(request)
        if request.decision is not None:
            raise RefundRuleError("這件退款申請已經有人決定了")
        if not staff.strip() or staff.strip() == request.asked_by:
            raise RefundRuleError("申請的人不能核准自己的申請，請由另一位同仁決定")
        if approve and request.amount > money.left:
            raise RefundRuleError(f"這筆款項最多可退 {money.left:,} 元")
        if approve:
            self._approve(uow, request, money, staff.strip())
        else:
            self._close(uow, request, "rejected", staff.strip())

    def waiting(self, uow: UnitOfWork) -> Sequence[Waiting]:
        """Requests that wait for a second person, the oldest first."""
        query = select(RefundRequest).where(RefundRequest.decision.is_(None)).order_by(RefundRequest.asked_at)
        return [
            Waiting(row.id, row.amount, row.reason, row.asked_by, row.asked_at) for row in uow.session.scalars(query)
        ]

    def open(self, uow: UnitOfWork) -> Sequence[RefundView]:
        """Refunds that providers have not answered, the oldest first."""
        live = [state.value for state in REFUND_LIVE]
        rows = uow.session.scalars(select(Refund).where(Refund.state.in_(live)).order_by(Refund.asked_at))
        return [refundbook.view(row) for row in rows]

    def carry_out(self, unit: UnitOfWorkFactory, refund_id: uuid.UUID) -> RefundState:
        """Have the provider give the money back, or say whether it did; the state afterwards.

        Raises RefundNotFoundError.
        """
        with unit() as uow:
            _, refund = refundbook.lock_refund(uow, refund_id)
            state, now = RefundState(refund.state), database_now(uow)
            if state not in REFUND_LIVE or (refund.next_look_at is not None and refund.next_look_at > now):
                return state  # over, or somebody is at it
            provider = self._providers.get(refund.provider)
            if refund.provider == storebarcode.PROVIDER:
                return self._by_hand(uow, refund_id)
            if not isinstance(provider, GivesBack):
                log.error("refund_provider_gone", refund=str(refund_id), provider=refund.provider)
                return self._book(uow, refund, RefundReport(RefundOutcome.UNKNOWN))
            refunding, sent_before = self._refunding(uow, refund), refund.sent_at is not None
            refund.next_look_at = now + CALL_IS_OVER
            if not sent_before:
                refund.sent_at = now
        if sent_before:
            report = self._said(provider.ask_refund, refunding)
            if report.outcome is not RefundOutcome.NOT_FOUND or not self._send_again(unit, refund_id):
                return self._answered(unit, refund_id, report)
        return self._answered(unit, refund_id, self._said(provider.refund, refunding))

    def settle_by_staff(
        self, uow: UnitOfWork, refund_id: uuid.UUID, *, reference: str | None, staff: str
    ) -> RefundState:
        """What staff saw in the provider's own books, or have transferred by hand: its number; None: it was not made.

        For providers that cannot be asked, or cannot give back. Raises RefundNotFoundError, or RefundRuleError.
        """
        order, refund = refundbook.lock_refund(uow, refund_id)
        if RefundState(refund.state) is not RefundState.UNKNOWN or not staff.strip():
            raise RefundRuleError("只有結果不明的退款可以由承辦人員結案")
        transferred = refund.reason == BY_HAND and reference is not None
        if reference is None:
            refund.reason = "not_made"
            refundbook.shift(uow, refund, RefundState.REFUSED, "staff_looked", staff.strip())
        else:
            refund.reference, refund.reason = reference, None
            refundbook.shift(uow, refund, RefundState.DONE, "staff_looked", staff.strip())
            take_back(uow, refund)
        self._tell(uow, order, refund, transferred=transferred)
        return RefundState(refund.state)

    def due(self, uow: UnitOfWork) -> Collection[uuid.UUID]:
        """Refunds whose time to be looked at has come; carry_out() takes each only once. For the schedule."""
        ripe = select(Refund.id).where(Refund.next_look_at <= database_now(uow)).order_by(Refund.next_look_at)
        return uow.session.scalars(ripe.limit(SWEEP_AT_ONCE)).all()

    def _undecided(self, uow: UnitOfWork, attempt_id: uuid.UUID) -> Sequence[RefundRequest]:
        query = select(RefundRequest).where(RefundRequest.attempt_id == attempt_id, RefundRequest.decision.is_(None))
        return uow.session.scalars(query).all()

    def _approve(self, uow: UnitOfWork, request: RefundRequest, money: refundbook.Money, staff: str) -> None:
        live = [state.value for state in REFUND_LIVE]
        under_way = select(Refund.id).where(Refund.attempt_id == request.attempt_id, Refund.state.in_(live))
        if uow.session.scalar(under_way) is not None:
            raise RefundRuleError("這筆款項的另一筆退款還在處理，請等它結束")
        self._close(uow, request, "approved", staff)
        refund = refundbook.make(uow, request, money, staff)
        self._defer(uow, CARRY_OUT, refund_id=str(refund.id))
        self._tell(uow, money.order, refund)

    def _close(self, uow: UnitOfWork, request: RefundRequest, decision: str, staff: str) -> None:
        request.decision, request.decided_by, request.decided_at = decision, staff, database_now(uow)
        detail: audit.Detail = {"amount": request.amount}
        audit.write(
            uow, f"refund.{decision}", actor=staff, subject_type="refund_request", subject_id=request.id, detail=detail
        )

    def _refunding(self, uow: UnitOfWork, refund: Refund) -> Refunding:
        payment = uow.session.get_one(Payment, refund.attempt_id)
        return Refunding(
            refund_number=refund.refund_number,
            trade_number=uow.session.get_one(Attempt, refund.attempt_id).trade_number,
            provider_reference=payment.provider_reference,
            paid=payment.amount,
            amount=refund.amount,
            known=refundbook.known_references(uow, refund),
        )

    def _send_again(self, unit: UnitOfWorkFactory, refund_id: uuid.UUID) -> bool:
        """Note that the provider is called once more; False while the call before may still be on its way."""
        with unit() as uow:
            _, refund = refundbook.lock_refund(uow, refund_id)
            now = database_now(uow)
            if (
                RefundState(refund.state) not in REFUND_LIVE
                or refund.sent_at is None
                or refund.sent_at + CALL_IS_OVER > now
            ):
                return False
            refund.sent_at, refund.next_look_at = now, now + CALL_IS_OVER
            if refund.state == RefundState.UNKNOWN.value:
                refundbook.shift(uow, refund, RefundState.ASKED, "never_heard", refund.provider)
            return True

    def _answered(self, unit: UnitOfWorkFactory, refund_id: uuid.UUID, report: RefundReport) -> RefundState:
        with unit() as uow:
            order, refund = refundbook.lock_refund(uow, refund_id)
            before = RefundState(refund.state)
            if before not in REFUND_LIVE:
                return before
            if report.reason == BY_HAND:
                return self._by_hand(uow, refund_id)
            state = self._book(uow, refund, report)
            if state not in REFUND_LIVE:
                self._tell(uow, order, refund)
            return state

    def _by_hand(self, uow: UnitOfWork, refund_id: uuid.UUID) -> RefundState:
        """The money can only go back by bank transfer: the refund waits for staff to say that it was made."""
        order, refund = refundbook.lock_refund(uow, refund_id)
        refund.reason, refund.next_look_at = BY_HAND, None
        if refund.state == RefundState.ASKED.value:
            refundbook.shift(uow, refund, RefundState.UNKNOWN, BY_HAND, audit.SYSTEM)
            self._tell(uow, order, refund)
        return RefundState(refund.state)

    def _book(self, uow: UnitOfWork, refund: Refund, report: RefundReport) -> RefundState:
        known = report.reference is not None and refundbook.is_of_another(uow, refund, report.reference)
        if known:
            log.error("refund_reference_repeated", refund=str(refund.id), provider=refund.provider)
        if report.outcome is RefundOutcome.DONE and report.reference is not None and not known:
            refund.reference = report.reference
            refundbook.shift(uow, refund, RefundState.DONE, "reported", refund.provider)
            take_back(uow, refund)
        elif report.outcome is RefundOutcome.REFUSED:
            refund.reason = report.reason
            refundbook.shift(uow, refund, RefundState.REFUSED, "reported", refund.provider)
            log.error("refund_refused", refund=str(refund.id), provider=refund.provider, reason=report.reason)
        else:
            if refund.state == RefundState.ASKED.value:
                refundbook.shift(uow, refund, RefundState.UNKNOWN, "no_clear_answer", audit.SYSTEM)
            refund.next_look_at = database_now(uow) + max(next_look_after(refund.asks), CALL_IS_OVER)
            refund.asks += 1
        return RefundState(refund.state)

    def _said(self, call: Callable[[Refunding], RefundReport], refunding: Refunding) -> RefundReport:
        try:
            return call(refunding)
        except OutsideError:
            return RefundReport(RefundOutcome.UNKNOWN)

    def _tell(self, uow: UnitOfWork, order: Order, refund: Refund, *, transferred: bool = False) -> None:
        if order.citizen is None:
            return
        data: dict[str, object] = {
            "amount": refund.amount,
            "state": RefundState.REFUSED.value if refund.reason == BY_HAND else refund.state,
            "trial": refund.provider in TRIAL_PROVIDERS,
        }
        if transferred:
            data["transferred"] = True
        if refund.reason == BY_HAND and refund.state in REFUND_LIVE and self._account_link is not None:
            data["account_url"] = self._account_link(refund.id)
        dedupe_key = f"refund_progress:{refund.id}:{refund.state}"
        self._notices.post(
            uow, "refund_progress", channel=order.channel, citizen=order.citizen, dedupe_key=dedupe_key, data=data
        )
