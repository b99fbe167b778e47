"""繳費紀錄: a citizen's payments, by month, fee item, plate or bill number. Read from the books of paid orders."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from domain.orders import AttemptState, OrderState
from domain.orderview import in_page_order
from domain.paidrecords import Chosen, PaidOrder
from infra.database import UnitOfWork
from models.order import Attempt, Order, OrderLine, Payment
from services import refundbook
from services.orderbook import line_view

PARKING = "parking"
_IN_TAIWAN = func.timezone("Asia/Taipei", Payment.paid_at)


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from among somebody's payments, the newest or the first by name in front."""

    months: Sequence[date]
    fee_items: Sequence[str]
    plates: Sequence[str]


def payments(
    uow: UnitOfWork, channel: str, citizen: str, chosen: Chosen, *, most: int, skip: int = 0
) -> Sequence[PaidOrder]:
    """The payments that have a chosen line, with these lines: the newest first."""
    wanted = [Order.channel == channel, Order.citizen == citizen, *_conditions(chosen)]
    found = (
        _paid(Order.id, Attempt.id, Attempt.trade_number, Attempt.provider, Payment.paid_at)
        .where(*wanted)
        .distinct()
        .order_by(Payment.paid_at.desc(), Order.id)
        .limit(most)
        .offset(skip)
    )
    orders = uow.session.execute(found).all()
    lines: dict[uuid.UUID, list[OrderLine]] = {row[0]: [] for row in orders}
    query = select(OrderLine).where(OrderLine.order_id.in_(lines), OrderLine.chosen, *_of_line(chosen))
    for line in uow.session.scalars(query):
        lines[line.order_id].append(line)
    given = refundbook.given_back(uow, [row[0] for row in orders])
    return [
        PaidOrder(order, number, provider, paid_at, in_page_order(map(line_view, lines[order])), given.get(attempt, 0))
        for order, attempt, number, provider, paid_at in orders
    ]


def choices(uow: UnitOfWork, channel: str, citizen: str) -> Choices:
    """Months, fee items and plates of all of somebody's payments."""
    mine = [Order.channel == channel, Order.citizen == citizen]
    month = func.date_trunc("month", _IN_TAIWAN)
    months = uow.session.scalars(_paid(month).where(*mine).distinct().order_by(month.desc()))
    items = uow.session.scalars(_paid(OrderLine.fee_item).where(*mine).distinct().order_by(OrderLine.fee_item))
    plates = _paid(OrderLine.plate).where(*mine, OrderLine.plate != "").distinct().order_by(OrderLine.plate)
    return Choices([moment.date() for moment in months], items.all(), uow.session.scalars(plates).all())


def parking_plates(uow: UnitOfWork, channel: str, citizen: str) -> Sequence[str]:
    """Plates for which somebody has paid parking fees."""
    query = _paid(OrderLine.plate).where(
        Order.channel == channel, Order.citizen == citizen, OrderLine.fee_item == PARKING, OrderLine.plate != ""
    )
    return uow.session.scalars(query.distinct().order_by(OrderLine.plate)).all()


def parking_years(uow: UnitOfWork, channel: str, citizen: str, plate: str) -> Sequence[int]:
    """Years in which somebody has paid parking fees of a plate, the newest first."""
    year = func.date_part("year", _IN_TAIWAN)
    query = _paid(year).where(
        Order.channel == channel, Order.citizen == citizen, OrderLine.fee_item == PARKING, OrderLine.plate == plate
    )
    return [int(found) for found in uow.session.scalars(query.distinct().order_by(year.desc()))]


def _paid(*columns: Any) -> Select[Any]:
    """Over every chosen line of an order that money has paid, with that money."""
    joined = select(*columns).select_from(Order).join(Attempt, Attempt.order_id == Order.id)
    joined = joined.join(Payment, Payment.attempt_id == Attempt.id).join(OrderLine, OrderLine.order_id == Order.id)
    return joined.where(
        Order.state == OrderState.PAID.value, Attempt.state == AttemptState.PAID.value, OrderLine.chosen
    )


def _conditions(chosen: Chosen) -> list[ColumnElement[bool]]:
    period = chosen.period
    when = [] if period is None else [Payment.paid_at >= period[0], Payment.paid_at < period[1]]
    return [*when, *_of_line(chosen)]


def _of_line(chosen: Chosen) -> list[ColumnElement[bool]]:
    """A bill inside a dunning notice was paid with it: its number finds the notice."""
    wanted = []
    if chosen.fee_item is not None:
        wanted.append(OrderLine.fee_item == chosen.fee_item)
    if chosen.plate is not None:
        wanted.append(OrderLine.plate == chosen.plate)
    if chosen.number is not None:
        wanted.append(or_(OrderLine.number == chosen.number, OrderLine.covers.contains([chosen.number])))
    return wanted
