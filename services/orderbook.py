"""Rows of orders and attempts: locked, moved by the tables of domain/orders.py with their history, and shown."""

import uuid
from datetime import datetime

from sqlalchemy import func, select

from domain.bills import PayableKey, PayableType
from domain.orders import ATTEMPT_ENDED, ATTEMPT_LIVE, AttemptState, OrderState, move_attempt, move_order
from domain.orderview import AttemptView, Line, OrderView, Standing, in_page_order
from domain.passsales import PassBought
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.order import Attempt, Order, OrderLine, OrderMove
from services import audit


class OrderNotFoundError(Exception):
    """No such order."""


def database_now(uow: UnitOfWork) -> datetime:
    """The database's time of this transaction: the one that decides deadlines."""
    return uow.session.execute(select(func.now())).scalar_one()


def lock_order(uow: UnitOfWork, order_id: uuid.UUID) -> Order:
    """The order's row, locked until the transaction ends and freshly read. Raises OrderNotFoundError."""
    query = select(Order).where(Order.id == order_id).with_for_update().execution_options(populate_existing=True)
    order = uow.session.scalar(query)
    if order is None:
        raise OrderNotFoundError
    return order


def lock_attempt(uow: UnitOfWork, attempt_id: uuid.UUID) -> tuple[Order, Attempt]:
    """An attempt and its order, locked in that one order everywhere: order first. Raises OrderNotFoundError."""
    order_id = uow.session.scalar(select(Attempt.order_id).where(Attempt.id == attempt_id))
    if order_id is None:
        raise OrderNotFoundError
    order = lock_order(uow, order_id)
    query = select(Attempt).where(Attempt.id == attempt_id).with_for_update()
    return order, uow.session.scalars(query.execution_options(populate_existing=True)).one()


def live_attempt(uow: UnitOfWork, order_id: uuid.UUID) -> Attempt | None:
    """The attempt under way, or the one that paid; None when there is neither."""
    states = [state.value for state in ATTEMPT_LIVE | {AttemptState.PAID}]
    query = select(Attempt).where(Attempt.order_id == order_id, Attempt.state.in_(states))
    return uow.session.scalar(query.execution_options(populate_existing=True))


def shift_order(uow: UnitOfWork, order: Order, to: OrderState, cause: str, actor: str) -> None:
    """Move a locked order; history and audit row go with it. Raises ForbiddenMoveError."""
    before = OrderState(order.state)
    order.state = move_order(before, to).value
    uow.session.add(OrderMove(order_id=order.id, from_state=before.value, to_state=to.value, cause=cause))
    _audit(uow, "order", order.id, f"order.{to.value}", actor, cause, order.total)


def shift_attempt(uow: UnitOfWork, attempt: Attempt, to: AttemptState, cause: str, actor: str) -> None:
    """Move an attempt whose order is locked; history and audit row go with it. Raises ForbiddenMoveError."""
    before = AttemptState(attempt.state)
    attempt.state = move_attempt(before, to).value
    if to in ATTEMPT_ENDED or to is AttemptState.PAID:
        attempt.ended_at = database_now(uow)
    record_attempt(uow, attempt, before, cause, actor)


def record_attempt(uow: UnitOfWork, attempt: Attempt, before: AttemptState | None, cause: str, actor: str) -> None:
    """History and audit row of an attempt that has just been made (`before` None) or moved."""
    uow.session.add(attempt)
    uow.session.flush()  # the history points at it
    move = OrderMove(order_id=attempt.order_id, attempt_id=attempt.id, to_state=attempt.state, cause=cause)
    move.from_state = before.value if before else None
    uow.session.add(move)
    _audit(uow, "attempt", attempt.id, f"attempt.{attempt.state}", actor, cause, attempt.amount + attempt.fee)


def _audit(uow: UnitOfWork, type_: str, row: uuid.UUID, action: str, actor: str, cause: str, amount: int) -> None:
    detail: audit.Detail = {"cause": cause, "amount": amount}
    audit.write(uow, action, actor=actor, subject_type=type_, subject_id=row, detail=detail)


def line_view(row: OrderLine) -> Line:
    """One line as pages see it."""
    return Line(
        key=PayableKey(row.agency, PayableType(row.type), row.number),
        fee_item=row.fee_item,
        plate=row.plate,
        kind=VehicleKind(row.kind),
        source=row.source,
        parked_on=row.parked_on,
        deadline=row.deadline,
        amount=row.amount,
        extra_charge=row.extra_charge,
        pay_amount=row.pay_amount,
        asked_at=row.asked_at,
        covers=tuple(PayableKey(row.agency, PayableType.BILL, number) for number in row.covers),
        chosen=row.chosen,
        standing=Standing(row.standing),
        about=PassBought.read(row.entry_id, row.about) if row.entry_id is not None and row.about is not None else None,
        discount=row.discount,
    )


def attempt_view(row: Attempt) -> AttemptView:
    """One attempt as pages see it."""
    return AttemptView(
        id=row.id,
        provider=row.provider,
        state=AttemptState(row.state),
        trade_number=row.trade_number,
        amount=row.amount,
        fee=row.fee,
        redirect_url=row.redirect_url,
        started_at=row.started_at,
        expires_at=row.expires_at,
        form=row.form,
        carried=row.carried_at is not None,
    )


def order_view(uow: UnitOfWork, order: Order) -> OrderView:
    """An order as pages see it: an open one whose time is over is shown as expired."""
    state = OrderState(order.state)
    if state is OrderState.OPEN and order.expires_at <= database_now(uow):
        state = OrderState.EXPIRED
    attempt = live_attempt(uow, order.id) if state in (OrderState.PAYING, OrderState.PAID) else None
    return OrderView(
        id=order.id,
        channel=order.channel,
        citizen=order.citizen,
        language=order.language,
        state=state,
        total=order.total,
        created_at=order.created_at,
        expires_at=order.expires_at,
        paid_at=order.paid_at,
        stopped=order.stopped_at is not None,
        lines=in_page_order(line_view(line) for line in order.lines),
        attempt=attempt_view(attempt) if attempt else None,
    )
