"""Store slips (超商條碼): barcodes of an order's bills for a convenience-store till.

A slip is an offer and holds nothing back: the store's money is known days later, from its collection file.
"""

import secrets
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

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
    pay_by: date

    @property
    def number(self) -> str:
        """Our own number of it."""
        return self.segments.second


class StoreSlips:
    """`collection_code`: STORE_BARCODE_AGENCY, None where no barcode is offered. `refresh`: Payments.refresh."""

    def __init__(self, collection_code: str | None, orders: Orders, refresh: Refresh, clock: Clock) -> None:
        self._code = collection_code
        self._orders = orders
        self._refresh = refresh
        self._clock = clock

    def fit(self, lines: Collection[Line]) -> Sequence[Line]:
        """Those a till takes."""
        return [line for line in lines if self.takes(line.deadline, line.pay_amount)]

    def takes(self, deadline: date | None, amount: int) -> bool:
        """Whether a till takes a bill: before its deadline, and not above what a store may take."""
        if self._code is None or deadline is None:
            return False
        return deadline >= city_date(self._clock.now()) and 0 < amount <= MOST_AMOUNT

    def make(self, unit: UnitOfWorkFactory, order_id: uuid.UUID, keys: Collection[PayableKey], edition: str) -> bool:
        """Barcodes for the ticked bills that a till takes. False: what is owed has changed, show it first.

        Raises OrderNotFoundError, and CitizenMistakeError when the order cannot be paid or none of the bills fits.
        """
        with unit() as uow:
            order = self._orders.choose(uow, order_id, keys)
            _require_running(uow, order)
        starting.require_open(order)
        if order.edition != edition or self._refresh(unit, order):
            return False
        with unit() as uow:
            if starting.mark_paid_elsewhere(uow, order_id):
                return False
            row = lock_order(uow, order_id)
            if row.state != OrderState.OPEN.value:
                return False
            self._write(uow, row)
        return True

    def offer(self, uow: UnitOfWork, order_id: uuid.UUID) -> Sequence[Slip]:
        """The barcodes of an order whose bills have just been asked about; none while it is being paid.

        Raises OrderNotFoundError, and CitizenMistakeError when none of the bills fits.
        """
        _require_running(uow, self._orders.read(uow, order_id))
        starting.mark_paid_elsewhere(uow, order_id)
        row = lock_order(uow, order_id)
        if row.state == OrderState.OPEN.value:
            self._write(uow, row)
        return self.of(uow, order_id)

    def shown(self, uow: UnitOfWork, number: str) -> tuple[Slip, str] | None:
        """A barcode by its number, and the language it was asked for in; None once it must not be paid with any more.

        It outlives the pay link: it ends with the bill's last day, or when somebody pays the bill.
        """
        row = uow.session.get(StoreSlip, number)
        if row is None or row.collection_code != self._code or row.pay_by < city_date(self._clock.now()):
            return None
        order = uow.session.get_one(Order, row.order_id)
        line = line_view(next(line for line in order.lines if line.position == row.position))
        if line.standing is not Standing.DUE or holders(uow, line.claimed):
            return None
        segments = Segments.of(row.collection_code, row.number, row.pay_by, row.amount)
        return Slip(segments, replace(line, pay_amount=row.amount, discount=0), row.pay_by), order.language

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
                segments = Segments.of(row.collection_code, row.number, row.pay_by, row.amount)
                slips.append(Slip(segments, line, row.pay_by))
        return slips

    def _write(self, uow: UnitOfWork, order: Order) -> None:
        """A slip for each chosen line that fits and has none of its amount and deadline yet.

        Raises CitizenMistakeError when none fits.
        """
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
        if not fitting:
            raise CitizenMistakeError(
                "這些帳單不能用超商條碼繳費：已過繳費期限，或單筆超過 {most} 元。", most=f"{MOST_AMOUNT:,}"
            )


def _require_running(uow: UnitOfWork, order: OrderView) -> None:
    halts.require_running(halts.standing(uow), PROVIDER, [line.key.agency for line in order.chosen])


_LINE = ("order_id", "position", "amount", "pay_by", "collection_code")
