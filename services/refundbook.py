"""Rows of refunds: made, locked after their order, moved by their table with their history, shown."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from domain.refunds import REFUND_COUNTS, REFUND_LIVE, RefundState, RefundView, move_refund
from infra.database import UnitOfWork
from models.order import Attempt, Order, Payment, RefundDue
from models.refund import Refund, RefundAccount, RefundMove, RefundRequest
from services import audit
from services.orderbook import OrderNotFoundError, database_now, lock_order
from services.starting import new_trade_number

SHOWN = 20  # refunds a citizen sees, the newest first


class RefundNotFoundError(Exception):
    """No such refund, request or money."""


@dataclass(frozen=True, slots=True)
class Money:
    """Money that came, under its order's lock. Amounts in NT$."""

    order: Order
    payment: Payment
    given: int  # asked, unknown and done refunds of it

    @property
    def left(self) -> int:
        """What may still be given back."""
        return self.payment.amount - self.given


@dataclass(frozen=True, slots=True)
class Owed:
    """Money on the refund list that has not been given back whole."""

    attempt_id: uuid.UUID
    provider: str
    left: int
    reason: str  # late or double
    listed_at: datetime


def lock_money(uow: UnitOfWork, attempt_id: uuid.UUID) -> Money:
    """The money of an attempt; its order is locked until the transaction ends. Raises RefundNotFoundError."""
    payment = uow.session.get(Payment, attempt_id)
    if payment is None:
        raise RefundNotFoundError
    order = lock_order(uow, payment.order_id)
    counts = [state.value for state in REFUND_COUNTS]
    given = select(func.coalesce(func.sum(Refund.amount), 0)).where(Refund.attempt_id == attempt_id)
    return Money(order, payment, int(uow.session.execute(given.where(Refund.state.in_(counts))).scalar_one()))


def money_of(uow: UnitOfWork, trade_number: str) -> Sequence[uuid.UUID]:
    """The attempts that took money under a trade number: the one that paid, and late ones."""
    query = select(Payment.attempt_id).join(Attempt, Attempt.id == Payment.attempt_id)
    return uow.session.scalars(query.where(Attempt.trade_number == trade_number).order_by(Payment.booked_at)).all()


def make(uow: UnitOfWork, request: RefundRequest, money: Money, actor: str) -> Refund:
    """A refund, to be carried out: committed before its provider hears of it."""
    now = database_now(uow)
    refund = Refund(
        id=uuid.uuid4(),
        request_id=request.id,
        attempt_id=money.payment.attempt_id,
        order_id=money.payment.order_id,
        provider=money.payment.provider,
        refund_number=new_trade_number(now),
        amount=request.amount,
        state=RefundState.ASKED.value,
        asked_at=now,
        next_look_at=now,
        asks=0,
    )
    uow.session.add(refund)
    uow.session.flush()  # its history points at it
    _record(uow, refund, None, "approved", actor)
    return refund


def lock_refund(uow: UnitOfWork, refund_id: uuid.UUID) -> tuple[Order, Refund]:
    """A refund and its order, the order locked first, as everywhere. Raises RefundNotFoundError."""
    order_id = uow.session.scalar(select(Refund.order_id).where(Refund.id == refund_id))
    if order_id is None:
        raise RefundNotFoundError
    try:
        order = lock_order(uow, order_id)
    except OrderNotFoundError:
        raise RefundNotFoundError from None
    query = select(Refund).where(Refund.id == refund_id).with_for_update().execution_options(populate_existing=True)
    return order, uow.session.scalars(query).one()


def shift(uow: UnitOfWork, refund: Refund, to: RefundState, cause: str, actor: str) -> None:
    """Move a locked refund; history and audit row go with it. Raises ForbiddenMoveError."""
    before = RefundState(refund.state)
    refund.state = move_refund(before, to).value
    if to not in REFUND_LIVE:
        refund.ended_at, refund.next_look_at = database_now(uow), None
        uow.session.execute(delete(RefundAccount).where(RefundAccount.id == refund.id))  # nobody needs it any more
    _record(uow, refund, before, cause, actor)


def known_references(uow: UnitOfWork, refund: Refund) -> Sequence[str]:
    """The provider's numbers of the other refunds of the same trade, of its late money too."""
    trade = select(Attempt.trade_number).where(Attempt.id == refund.attempt_id).scalar_subquery()
    query = select(Refund.reference).join(Attempt, Attempt.id == Refund.attempt_id)
    query = query.where(Attempt.trade_number == trade, Attempt.provider == refund.provider, Refund.id != refund.id)
    return [reference for reference in uow.session.scalars(query) if reference is not None]


def is_of_another(uow: UnitOfWork, refund: Refund, reference: str) -> bool:
    """Whether the provider gave this number to another refund: which of the two it has made, only its books tell."""
    same = select(Refund.id).where(Refund.provider == refund.provider, Refund.reference == reference)
    return uow.session.scalar(same.where(Refund.id != refund.id)) is not None


def owed(uow: UnitOfWork) -> Sequence[Owed]:
    """The refund list: money that paid nothing, less what is on its way back or there. The oldest first."""
    counts = [state.value for state in REFUND_COUNTS]
    given = select(func.coalesce(func.sum(Refund.amount), 0))
    given = given.where(Refund.attempt_id == RefundDue.attempt_id, Refund.state.in_(counts))
    left = (RefundDue.amount - given.scalar_subquery()).label("left")
    query = select(RefundDue, Payment.provider, left).join(Payment, Payment.attempt_id == RefundDue.attempt_id)
    rows = uow.session.execute(query.where(left > 0).order_by(RefundDue.listed_at))
    return [Owed(due.attempt_id, provider, int(rest), due.reason, due.listed_at) for due, provider, rest in rows]


def of_citizen(uow: UnitOfWork, channel: str, citizen: str) -> Sequence[RefundView]:
    """退款進度: a citizen's refunds, the newest first."""
    query = select(Refund).join(Order, Order.id == Refund.order_id)
    query = query.where(Order.channel == channel, Order.citizen == citizen)
    return [view(refund) for refund in uow.session.scalars(query.order_by(Refund.asked_at.desc()).limit(SHOWN))]


def given_back(uow: UnitOfWork, orders: Collection[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """NT$ that these orders' providers have given back, by the attempt whose money it was."""
    query = select(Refund.attempt_id, func.sum(Refund.amount)).where(
        Refund.order_id.in_(orders), Refund.state == RefundState.DONE.value
    )
    return {attempt: int(amount) for attempt, amount in uow.session.execute(query.group_by(Refund.attempt_id))}


def waiting_for_citizen(uow: UnitOfWork, channel: str, citizen: str) -> int:
    """NT$ on the refund list of a citizen's orders for which nobody has asked the provider yet."""
    counts = [state.value for state in REFUND_COUNTS]
    given = select(func.coalesce(func.sum(Refund.amount), 0))
    given = given.where(Refund.attempt_id == RefundDue.attempt_id, Refund.state.in_(counts))
    query = select(func.coalesce(func.sum(func.greatest(RefundDue.amount - given.scalar_subquery(), 0)), 0))
    query = query.join(Order, Order.id == RefundDue.order_id)
    return int(uow.session.execute(query.where(Order.channel == channel, Order.citizen == citizen)).scalar_one())


def view(refund: Refund) -> RefundView:
    """A refund as it is shown."""
    return RefundView(
        id=refund.id,
        order_id=refund.order_id,
        provider=refund.provider,
        amount=refund.amount,
        state=RefundState(refund.state),
        reason=refund.reason,
        asked_at=refund.asked_at,
        ended_at=refund.ended_at,
    )


def _record(uow: UnitOfWork, refund: Refund, before: RefundState | None, cause: str, actor: str) -> None:
    from_state = before.value if before else None
    uow.session.add(RefundMove(refund_id=refund.id, from_state=from_state, to_state=refund.state, cause=cause))
    detail: audit.Detail = {"cause": cause, "amount": refund.amount, "order": str(refund.order_id)}
    action = f"refund.{refund.state}"
    audit.write(uow, action, actor=actor, subject_type="refund", subject_id=refund.id, detail=detail)
