"""Orders (訂單): bills gathered under one pay link. An open order is an offer; it holds nothing back from others."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, select, text

from domain.bills import DunningNotice, PaidState, Payable, PayableKey
from domain.errors import CitizenMistakeError
from domain.feeitems import Fees
from domain.orders import OrderState
from domain.orderview import OrderView, Standing
from infra.database import UnitOfWork
from models.order import Attempt, Order, OrderLine
from models.storeslip import StoreSlip
from services import opening
from services.audit import SYSTEM
from services.claims import holders
from services.collecting import Collecting, OfficialWay
from services.orderbook import OrderNotFoundError, database_now, lock_order, order_view, shift_order

FORGET_AT_ONCE = 5000
_FORGET_OFFERS = text("""
WITH offer AS (
    SELECT id FROM orders o WHERE state = 'open' AND expires_at <= now()
    AND NOT EXISTS (SELECT FROM attempt a WHERE a.order_id = o.id)
    AND NOT EXISTS (SELECT FROM store_slip s WHERE s.order_id = o.id) LIMIT :most FOR UPDATE SKIP LOCKED
), moves AS (DELETE FROM order_move m USING offer WHERE m.order_id = offer.id),
lines AS (DELETE FROM order_line l USING offer WHERE l.order_id = offer.id),
claims AS (DELETE FROM claim c USING offer WHERE c.order_id = offer.id),
gone AS (DELETE FROM orders o USING offer WHERE o.id = offer.id RETURNING o.id)
SELECT count(*) FROM gone
""")
EXPIRE_AT_ONCE = 500  # orders one run of the expiry job ends, so that its transaction stays short


class Orders:
    """Opens, shows, narrows and ends orders. Money is the business of services/payments.py."""

    def __init__(self, collecting: Collecting, fees: Fees | None = None) -> None:
        """`fees`: their names, and whose discounts are taken off; None: no discounts."""
        self._collecting = collecting
        self.fees = fees or Fees()

    def discount(self, payable: Payable) -> int:
        """NT$ less than what the source wants, where this bill is paid here with a provider (優惠)."""
        return self.fees.discount(payable)

    def collects(self, payable: Payable) -> bool:
        """Whether this bill is paid here: its agency's bills are, and its sum is not for the agency to say anew."""
        return self._collecting.collects(payable) and not self.fees.ask_agency(payable)

    def official_way(self, payable: Payable) -> OfficialWay:
        """Where a bill that is not paid here is paid."""
        return self._collecting.official_way(payable.key)

    def open(
        self,
        uow: UnitOfWork,
        *,
        channel: str,
        citizen: str | None,
        payables: Sequence[Payable],
        asked_at: datetime,
        language: str = "zh-TW",
    ) -> OrderView:
        """An order of these bills, all chosen. The citizen's own unfinished order of the same bills is used again.

        `asked_at`: when the sources were asked (of several, the earliest). A bill inside a notice of the same order is
        left out: paying the notice pays it. Raises CitizenMistakeError when nothing of it can be paid here.
        """
        payables = self.payable_here(payables)
        if not payables:
            raise CitizenMistakeError("這些帳單不在此繳納，請依帳單上的官方方式繳費。")
        paid = opening.paid_among(uow, payables)
        if all(any(key in paid for key in opening.covered_by(payable)) for payable in payables):
            raise CitizenMistakeError("這些帳單已在此繳清，請勿重複繳費。")
        opened = opening.put(
            uow, payables, paid, asked_at=asked_at, channel=channel, citizen=citizen, language=language,
            discount=self.discount,
        )  # fmt: skip
        return self.read(uow, opened) if isinstance(opened, uuid.UUID) else opened

    def read(self, uow: UnitOfWork, order_id: uuid.UUID) -> OrderView:
        """The order as it stands. Raises OrderNotFoundError."""
        query = select(Order).where(Order.id == order_id).execution_options(populate_existing=True)
        order = uow.session.scalar(query)
        if order is None:
            raise OrderNotFoundError
        return order_view(uow, order)

    def choose(self, uow: UnitOfWork, order_id: uuid.UUID, keys: Collection[PayableKey]) -> OrderView:
        """Tick exactly these bills of an open order; any other order stays as it is.

        Raises OrderNotFoundError, or CitizenMistakeError when none of them is due.
        """
        order = lock_order(uow, order_id)
        if order_view(uow, order).state is not OrderState.OPEN:
            return order_view(uow, order)
        ticks = [line_key(line) in keys and line.standing == Standing.DUE.value for line in order.lines]
        if not any(ticks):
            raise CitizenMistakeError("請至少勾選一筆要繳的帳單。")
        if ticks != [line.chosen for line in order.lines]:
            for line, tick in zip(order.lines, ticks, strict=True):
                line.chosen = tick
            order.total = chosen_total(order)
        return order_view(uow, order)

    def paid_keys(self, uow: UnitOfWork, keys: Collection[PayableKey]) -> Mapping[PayableKey, PaidState]:
        """Those of `keys` that an order of ours is paying or has paid, alone or inside a notice."""
        states = {OrderState.PAYING: PaidState.PAYING, OrderState.PAID: PaidState.PAID}
        return {key: states[holder.state] for key, holder in holders(uow, keys).items()}

    def forget_offers(self, uow: UnitOfWork) -> int:
        """Delete a batch of open orders whose time is over and that nobody tried to pay; says how many.

        Every answer with bills opens one, so that its pay button needs one tap. An offer that was not taken tells
        nothing about money, only who looked a plate up: it is not kept.
        """
        return int(uow.connection.execute(_FORGET_OFFERS, {"most": FORGET_AT_ONCE}).scalar_one())

    def expire_due(self, uow: UnitOfWork) -> int:
        """End a batch of open orders whose time is over after somebody tried to pay or saw a barcode; says how many."""
        due = select(Order).where(Order.state == OrderState.OPEN.value, Order.expires_at <= database_now(uow))
        tried = exists().where(Attempt.order_id == Order.id) | exists().where(StoreSlip.order_id == Order.id)
        due = due.where(tried)
        orders = uow.session.scalars(due.limit(EXPIRE_AT_ONCE).with_for_update(skip_locked=True)).all()
        for order in orders:
            shift_order(uow, order, OrderState.EXPIRED, "time", SYSTEM)
        return len(orders)

    def payable_here(self, payables: Sequence[Payable]) -> list[Payable]:
        """Those an order can be of: paid here, not for nothing, and not inside a notice among them."""
        inside = {bill.key for payable in payables if isinstance(payable, DunningNotice) for bill in payable.bills}
        here = {
            payable.key: payable
            for payable in payables
            if payable.key not in inside and payable.pay_amount > 0 and self.collects(payable)
        }
        return list(here.values())


def line_key(line: OrderLine) -> PayableKey:
    """What a line points at."""
    return PayableKey.parse(f"{line.agency}:{line.type}:{line.number}")


def chosen_total(order: Order) -> int:
    """What the chosen lines come to, in NT$."""
    return sum(line.pay_amount - line.discount for line in order.lines if line.chosen)


def put_amounts(line: OrderLine, payable: Payable, asked_at: datetime, discount: int) -> bool:
    """Write what the source says now into a line; tells whether what is to be paid, or what it covers, is another."""
    covers = [key.number for key in opening.covered_by(payable)[1:]]
    changed = (line.pay_amount, line.discount, line.covers) != (payable.pay_amount, discount, covers)
    line.amount, line.pay_amount, line.discount = payable.amount, payable.pay_amount, discount
    line.covers = covers
    line.extra_charge = payable.extra_charge if isinstance(payable, DunningNotice) else 0
    line.deadline, line.asked_at = payable.deadline, asked_at
    return changed
