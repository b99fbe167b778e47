"""月票繳費查詢: how every place of a round was, or is to be, paid for. Numbers and sums; who it was, entries know."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from domain.orders import AttemptState
from domain.passsales import PaidBy, PayStatus, of_attempt
from infra.database import UnitOfWork
from models.draw import CounterSale, Seat
from models.order import Attempt, OrderLine, Payment
from models.passes import PassEntry, PassRound
from services.passes import rights
from services.passes.afterwards import lost, rank_of


@dataclass(frozen=True, slots=True)
class Sale:
    """One row: a payment, or a place nobody has begun to pay for. Amounts in NT$."""

    entry_id: uuid.UUID
    entry_no: str
    result: str  # 抽籤結果: W12, B3, L1
    plan: str  # its code
    amount: int | None
    at: datetime | None  # 繳費時間: of the money, else of the beginning
    paid_by: PaidBy
    number: str  # 繳費編號, or the lot's own receipt number; "" before anybody has begun
    status: PayStatus


def sales_of(uow: UnitOfWork, row: PassRound) -> Sequence[Sale]:
    """Every payment of a round, the latest first; then places that wait for one. Failed ones are listed too."""
    rows = [*_online(uow, row), *_at_the_lot(uow, row), *_not_begun(uow, row)]
    return sorted(rows, key=lambda one: (one.at is None, -(one.at.timestamp() if one.at else 0), one.result))


def _online(uow: UnitOfWork, row: PassRound) -> list[Sale]:
    found = (
        select(PassEntry, Attempt, func.coalesce(Payment.paid_at, Attempt.started_at))
        .join(OrderLine, OrderLine.entry_id == PassEntry.id)
        .join(Attempt, Attempt.order_id == OrderLine.order_id)
        .outerjoin(Payment, Payment.attempt_id == Attempt.id)
        .where(PassEntry.round_id == row.id)
    )
    return [
        _sale(uow, entry, attempt.amount + attempt.fee, at, AttemptState(attempt.state), attempt.trade_number)
        for entry, attempt, at in uow.session.execute(found)
    ]


def _sale(uow: UnitOfWork, entry: PassEntry, amount: int, at: datetime, state: AttemptState, number: str) -> Sale:
    paid_by, status = of_attempt(state, lost=not rights.is_paid(uow, entry.id))
    return Sale(entry.id, entry.entry_no, _result(uow, entry.id), entry.plan, amount, at, paid_by, number, status)


def _at_the_lot(uow: UnitOfWork, row: PassRound) -> list[Sale]:
    found = select(PassEntry, CounterSale).join(CounterSale, CounterSale.entry_id == PassEntry.id)
    sales = []
    for entry, sold in uow.session.execute(found.where(PassEntry.round_id == row.id)):
        rank = rank_of(uow, entry.id)  # none: bought first, without the draw
        status = PayStatus.LOST if rank is not None and lost(uow, rank) else PayStatus.PAID
        told = (entry.id, entry.entry_no, _result(uow, entry.id), entry.plan, sold.amount, sold.paid_at)
        sales.append(Sale(*told, PaidBy.COUNTER, sold.receipt_no, status))
    return sales


def _not_begun(uow: UnitOfWork, row: PassRound) -> list[Sale]:
    begun = select(Attempt.id).join(OrderLine, OrderLine.order_id == Attempt.order_id)
    found = (
        select(PassEntry)
        .join(Seat, Seat.entry_id == PassEntry.id)
        .where(Seat.round_id == row.id, Seat.state == rights.OFFERED)
        .where(~begun.where(OrderLine.entry_id == PassEntry.id).exists())
    )
    return [
        Sale(
            entry_id=entry.id,
            entry_no=entry.entry_no,
            result=_result(uow, entry.id),
            plan=entry.plan,
            amount=rights.price_of(uow, entry.id),
            at=None,
            paid_by=PaidBy.NOBODY,
            number="",
            status=PayStatus.TO_PAY,
        )
        for entry in uow.session.scalars(found)
    ]


def _result(uow: UnitOfWork, entry_id: uuid.UUID) -> str:
    rank = rank_of(uow, entry_id)
    return rank.label if rank else "-"
