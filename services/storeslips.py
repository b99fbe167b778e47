"""Store slips (超商條碼): barcodes of an order's bills for a convenience-store till.

A slip is an offer and holds nothing back: the store's money is known days later, from its collection file.
"""

import secrets
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.bills import PayableKey
from domain.clock import Clock, city_date
from domain.errors import CitizenMistakeError
from domain.orders import OrderState
from domain.orderview import Line, OrderView, Standing
from domain.storebarcode import MOST_AMOUNT, PROVIDER, Segments
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.order import Order
from models.storeslip import StoreSlip
from services import halts, starting
from services.claims import holders
from services.orderbook import line_view, lock_order
from services.orders import Orders

OWN_DIGITS = 16

Refresh = Callable[[UnitOfWorkFactory, OrderView], bool]


@dataclass(frozen=True, slots=True)
class Slip:
    """One barcode and the bill it pays."""

    segments: Segments
    line: Line


class StoreSlips:
    """`collection_code`: STORE_BARCODE_AGENCY, None where no barcode is offered. `refresh`: Payments.refresh."""

    def __init__(self, collection_code: str | None, orders: Orders, refresh: Refresh, clock: Clock) -> None:
        self._code = collection_code
        self._orders = orders
        self._refresh = refresh
        self._clock = clock

    def fit(self, lines: Collection[Line]) -> Sequence[Line]:
        """Those a till takes: before their deadline, and not above what a store may take."""
        today = city_date(self._clock.now())
        if self._code is None:
            return ()
        return [
            line
            for line in lines
            if line.deadline is not None and line.deadline >= today and 0 < line.pay_amount <= MOST_AMOUNT
        ]

    def make(self, unit: UnitOfWorkFactory, order_id: uuid.UUID, keys: Collection[PayableKey], edition: str) -> bool:
        """Barcodes for the ticked bills that a till takes. False: what is owed has changed, show it first.

        Raises OrderNotFoundError, and CitizenMistakeError when the order cannot be paid or none of the bills fits.
        """
        with unit() as uow:
            if halts.stopped(halts.standing(uow), PROVIDER):
                raise CitizenMistakeError("這個繳費方式目前暫停，尚未扣款。請改用其他方式，或稍後再試。")
            order = self._orders.choose(uow, order_id, keys)
        starting.require_open(order)
        if order.edition != edition or self._refresh(unit, order):
            return False
        with unit() as uow:
            if starting.mark_paid_elsewhere(uow, order_id):
                return False
            row = lock_order(uow, order_id)
            if row.state != OrderState.OPEN.value:
                return False
            if not self._write(uow, row):
                raise CitizenMistakeError(
                    "這些帳單不能用超商條碼繳費：已過繳費期限，或單筆超過 {most} 元。", most=f"{MOST_AMOUNT:,}"
                )
        return True

    def of(self, uow: UnitOfWork, order_id: uuid.UUID) -> Sequence[Slip]:
        """The barcodes of an open order that can still be paid with, in the order of its page."""
        order = self._orders.read(uow, order_id)
        if order.state is not OrderState.OPEN:
            return ()
        rows = uow.session.scalars(select(StoreSlip).where(StoreSlip.order_id == order_id))
        lines = uow.session.get_one(Order, order_id).lines
        keys = {line.position: line_view(line).key for line in lines}
        made = {(keys[row.position], row.amount, row.pay_by): row for row in rows if row.collection_code == self._code}
        taken = holders(uow, {key for line in order.chosen for key in line.claimed})
        slips = []
        for line in self.fit(order.chosen):
            row = made.get((line.key, line.pay_amount, line.deadline)) if line.deadline else None
            if row is not None and line.standing is Standing.DUE and not taken.keys() & set(line.claimed):
                slips.append(Slip(Segments.of(row.collection_code, row.number, row.pay_by, row.amount), line))
        return slips

    def _write(self, uow: UnitOfWork, order: Order) -> int:
        """A slip for each chosen line that fits and has none of its amount and deadline yet; how many fit."""
        views = {line.position: line_view(line) for line in order.lines if line.chosen}
        fitting = self.fit(views.values())
        for position, line in views.items():
            if line not in fitting:
                continue
            values = {
                "number": "".join(secrets.choice("0123456789") for _ in range(OWN_DIGITS)),
                "collection_code": self._code,
                "order_id": order.id,
                "position": position,
                "amount": line.pay_amount,
                "pay_by": line.deadline,
            }
            uow.session.execute(insert(StoreSlip).values(values).on_conflict_do_nothing(index_elements=_LINE))
        return len(fitting)


_LINE = ("order_id", "position", "amount", "pay_by", "collection_code")
