"""What staff do to a place after the draw: sold at the lot (現場繳費), given up, taken back with what was paid for it.

Payments online are closed first, after asking their providers. Rows are locked in one order: order, round, place.
"""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import select

from domain.clock import city_date
from domain.orders import AttemptState, OrderState
from domain.ports.notices import Notices
from domain.rounds import RoundRuleError
from infra.database import UnitOfWork
from models.draw import CounterSale, LateEntry
from models.order import Attempt, Order, OrderLine, RefundDue
from models.passes import PassEntry
from models.refund import RefundRequest
from services import refundbook
from services.draws.desk import Desk
from services.draws.late import LateEntries, LeftOut
from services.draws.promoting import Promoting, Vacated
from services.draws.telling import Telling, What
from services.orderbook import database_now, shift_order
from services.passes import rights
from services.passes.closing import Closing
from services.passes.entries import Entries
from services.passes.paying import PassPaying
from services.passes.readers import reader_of
from services.refunds import REASON_LENGTH, RefundRuleError, Refunds


@dataclass(frozen=True, slots=True)
class Taken:
    """A place that was taken back. `refund`: NT$ paid online that go back; `at_the_lot`: the receipt of what was paid
    there and is given back there; both None when nothing had been paid.
    """

    refund: int | None = None
    approved: bool = False  # False with a refund: a second person must approve it
    at_the_lot: str | None = None
    back: int | None = None  # NT$ that the lot gives back, where less than all


@dataclass(frozen=True, slots=True)
class Returned:
    """退票 that one member of staff asked for and another approves: NT$ that go back, and what notes the approval
    in the transaction that does it.
    """

    amount: int
    asked_by: str
    approve: Callable[[UnitOfWork], None]


class Places:
    """wiring gives the desk and what it sits on, money and notices."""

    def __init__(
        self,
        desk: Desk,
        promoting: Promoting,
        entries: Entries,
        late: LateEntries,
        closing: Closing,
        paying: PassPaying,
        refunds: Refunds,
        telling: Telling,
        notices: Notices,
    ) -> None:
        self._desk = desk
        self._promoting = promoting
        self._entries = entries
        self._late = late
        self._closing = closing
        self._paying = paying
        self._refunds = refunds
        self._telling = telling
        self._notices = notices

    def sell(self, draw_id: str, entry_no: str, *, amount: int, receipt_no: str, staff: str) -> None:
        """現場繳費: the place is theirs, what was open online ends, and no reminder follows. Raises RoundRuleError."""
        entry_id = self._closed(draw_id, entry_no)

        def work(uow: UnitOfWork) -> None:
            orders = _unpaid(uow, entry_id)
            self._promoting.sell_at_counter(uow, draw_id, entry_id, amount=amount, receipt_no=receipt_no, staff=staff)
            _cancel(uow, orders, "sold_at_counter", staff)
            self._tell_sold(uow, entry_id, amount, receipt_no)

        self._desk.do("paid", draw_id, staff, work)

    def take_back(
        self,
        draw_id: str,
        entry_no: str,
        why: Vacated,
        *,
        reason: str,
        staff: str,
        returned: Returned | None = None,
    ) -> Taken:
        """An entry loses its place: VOID or GIVEN-UP; a paid one REFUNDED, whose money goes back through a refund: all
        of it, or what a 退票 gives.

        `reason`: staff's words, nothing personal. Raises RoundRuleError; StaffRuleError where a 退票 is not approved.
        """
        entry_id = self._closed(draw_id, entry_no)

        def work(uow: UnitOfWork) -> Taken:
            if returned is not None:
                returned.approve(uow)
            orders, attempt_id = _unpaid(uow, entry_id), _paid_attempt(uow, entry_id)
            money = refundbook.lock_money(uow, attempt_id) if attempt_id else None
            paid = rights.is_paid(uow, entry_id)
            self._promoting.vacate(uow, draw_id, entry_id, Vacated.REFUNDED if paid else why, actor=staff)
            _cancel(uow, orders, "place_lost", staff)
            taken = self._give_back(uow, entry_id, money, reason, staff, returned) if paid else Taken()
            self._telling.tell_one(uow, draw_id, What.LOST, entry_id)
            return taken

        return self._desk.do("vacate", draw_id, staff, work)

    def admit(self, left_out: LeftOut, *, staff: str) -> LateEntry:
        """Somebody wrongly left out: an extra place or waiting rank (§2.11). Raises RoundRuleError."""
        draw_id = left_out.wanted.draw_id

        def work(uow: UnitOfWork) -> LateEntry:
            late = self._late.admit(uow, left_out, staff=staff)
            self._telling.tell_one(uow, draw_id, What.RESULT, late.entry_id)
            return late

        return self._desk.do("late", draw_id, staff, work)

    # Inside

    def _closed(self, draw_id: str, entry_no: str) -> uuid.UUID:
        """The entry, its payments online settled as far as their providers say."""

        def find(uow: UnitOfWork) -> uuid.UUID:
            return self._entries.by_number(uow, draw_id, entry_no).id

        entry_id = self._desk.read(find)
        self._closing.close([entry_id])
        return entry_id

    def _give_back(
        self,
        uow: UnitOfWork,
        entry_id: uuid.UUID,
        money: refundbook.Money | None,
        reason: str,
        staff: str,
        returned: Returned | None,
    ) -> Taken:
        if money is None:
            sale = uow.session.get(CounterSale, entry_id)
            return Taken(at_the_lot=sale.receipt_no if sale else None, back=returned.amount if returned else None)
        attempt_id, amount = money.payment.attempt_id, money.left
        if returned is not None:
            amount, reason = min(amount, returned.amount), f"退票：{reason}"[:REASON_LENGTH]
        if not amount:
            return Taken(back=0)
        uow.session.add(RefundDue(attempt_id=attempt_id, order_id=money.order.id, amount=amount, reason="lost"))
        uow.session.flush()
        try:
            asked_by = returned.asked_by if returned else staff
            approved = self._refunds.request(uow, attempt_id, amount, reason=reason, staff=asked_by)
            if returned is not None and not approved:
                approved = self._approved(uow, attempt_id, staff)
        except RefundRuleError as error:
            raise RoundRuleError(str(error)) from None
        return Taken(amount, approved)

    def _approved(self, uow: UnitOfWork, attempt_id: uuid.UUID, staff: str) -> bool:
        """Two persons have agreed to the 退票, and so to its refund."""
        waiting = select(RefundRequest.id).where(RefundRequest.attempt_id == attempt_id)
        for request_id in uow.session.scalars(waiting.where(RefundRequest.decision.is_(None))).all():
            self._refunds.decide(uow, request_id, approve=True, staff=staff)
        return True

    def _tell_sold(self, uow: UnitOfWork, entry_id: uuid.UUID, amount: int, receipt_no: str) -> None:
        entry = uow.session.get_one(PassEntry, entry_id)
        reader = reader_of(uow, entry)
        if reader is None:
            return
        data: dict[str, object] = {
            "passes": [self._paying.bought(uow, entry)],
            "plate": entry.plate,
            "amount": amount,
            "number": receipt_no,
            "receipt_url": None,
            "trial": False,
            "today": city_date(database_now(uow)),
        }
        key = f"pass_issued:{entry_id}"
        self._notices.post(uow, "pass_issued", channel=reader[0], citizen=reader[1], dedupe_key=key, data=data)


def _unpaid(uow: UnitOfWork, entry_id: uuid.UUID) -> Collection[Order]:
    """Open and paying orders of an entry, locked."""
    states = (OrderState.OPEN.value, OrderState.PAYING.value)
    mine = select(Order).join(OrderLine, OrderLine.order_id == Order.id)
    mine = mine.where(OrderLine.entry_id == entry_id, Order.state.in_(states)).order_by(Order.id)
    return uow.session.scalars(mine.with_for_update(of=Order).execution_options(populate_existing=True)).all()


def _cancel(uow: UnitOfWork, orders: Collection[Order], cause: str, staff: str) -> None:
    for order in orders:
        if order.state == OrderState.OPEN.value:
            shift_order(uow, order, OrderState.CANCELLED, cause, staff)


def _paid_attempt(uow: UnitOfWork, entry_id: uuid.UUID) -> uuid.UUID | None:
    """The payment online that bought an entry's place."""
    paid = select(Attempt.id).join(OrderLine, OrderLine.order_id == Attempt.order_id)
    return uow.session.scalar(paid.where(OrderLine.entry_id == entry_id, Attempt.state == AttemptState.PAID.value))
