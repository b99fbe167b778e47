"""Money taken by convenience stores (超商代收): booked from the collection file, each row once.

A store takes what a barcode says, days before we hear of it. The bill may have been paid another way meanwhile: then
the money is a double and goes onto the refund list.
"""

import uuid
from enum import StrEnum

from sqlalchemy import select, text

from domain.moneycsv import Taken
from domain.orders import AttemptState, OrderState
from domain.ports.payments import AttemptOutcome, Report
from domain.storebarcode import PROVIDER
from infra.database import UnitOfWork
from models.order import Attempt, Order, OrderLine, OrderMove, Payment, RefundDue
from models.storeslip import StoreSlip
from services import claims
from services.booking import Booking
from services.opening import bills_hash
from services.orderbook import database_now, line_view, lock_order, record_attempt, shift_order
from services.orders import line_key
from services.starting import new_trade_number

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('store collection'))")
_COPIED = (
    "agency", "type", "number", "fee_item", "plate", "kind", "source", "parked_on", "deadline", "amount",
    "extra_charge", "asked_at", "covers",
)  # fmt: skip


class Outcome(StrEnum):
    """What became of one row."""

    BOOKED = "booked"
    DOUBLE = "double"  # the bill had been paid: booked, and on the refund list
    KNOWN = "known"  # booked before
    BUSY = "busy"  # the bill is being paid another way this moment: not booked, come again
    NOT_OURS = "not_ours"  # no barcode of ours has this number
    DIFFERS = "differs"  # another amount than the barcode's, or than this reference had before: staff must look


class StoreMoney:
    """Books the rows of collection files."""

    def __init__(self, booking: Booking) -> None:
        self._booking = booking

    def take(self, uow: UnitOfWork, row: Taken) -> Outcome:
        """Book one row in the caller's transaction; files are taken row by row, one file at a time."""
        uow.session.execute(_ONE_AT_A_TIME)
        known = select(Payment).where(Payment.provider == PROVIDER, Payment.provider_reference == row.reference)
        before = uow.session.scalar(known)
        if before is not None:
            return Outcome.KNOWN if before.amount == row.amount else Outcome.DIFFERS
        slip = uow.session.get(StoreSlip, row.number)
        if slip is None:
            return Outcome.NOT_OURS
        if slip.amount != row.amount:
            return Outcome.DIFFERS
        line = self._line_of(uow, slip)
        keys = claims.keys_of([line_view(line)])
        states = {holder.state for holder in claims.holders(uow, keys).values()}
        if OrderState.PAID in states:
            self._book_double(uow, self._order_of(uow, slip, line), row)
            return Outcome.DOUBLE
        with uow.session.begin_nested() as together:
            order = self._order_of(uow, slip, line)
            if not claims.claim(uow, order.id, keys):  # somebody is paying it
                together.rollback()
                return Outcome.BUSY
        attempt = self._attempt(uow, order, AttemptState.STARTED)
        shift_order(uow, order, OrderState.PAYING, "collected", PROVIDER)
        self._booking.apply(uow, attempt.id, _report(row))
        return Outcome.BOOKED

    def _book_double(self, uow: UnitOfWork, order: Order, row: Taken) -> None:
        attempt = self._attempt(uow, order, AttemptState.FAILED)
        self._booking.apply(uow, attempt.id, _report(row))
        attempt.next_ask_at = None  # a file has told all there is to tell
        for due in uow.session.scalars(select(RefundDue).where(RefundDue.order_id == order.id)):
            due.reason = "double"

    def _line_of(self, uow: UnitOfWork, slip: StoreSlip) -> OrderLine:
        """The line for which the barcode was shown; its order is locked."""
        shown = lock_order(uow, slip.order_id)
        return next(line for line in shown.lines if line.position == slip.position)

    def _order_of(self, uow: UnitOfWork, slip: StoreSlip, line: OrderLine) -> Order:
        """An order of this one bill, of the citizen to whom the barcode was shown."""
        shown = uow.session.get_one(Order, slip.order_id)
        order = Order(
            id=uuid.uuid4(),
            channel=shown.channel,
            citizen=shown.citizen,
            language=shown.language,
            bills=bills_hash([line_key(line)]),
            state=OrderState.OPEN.value,
            total=slip.amount,
            expires_at=database_now(uow),
        )
        copied = {name: getattr(line, name) for name in _COPIED}
        order.lines = [OrderLine(**copied, position=0, pay_amount=slip.amount, discount=0, chosen=True, standing="due")]
        uow.session.add(order)
        uow.session.flush()
        uow.session.add(OrderMove(order_id=order.id, to_state=order.state, cause="collected"))
        return order

    def _attempt(self, uow: UnitOfWork, order: Order, state: AttemptState) -> Attempt:
        now = database_now(uow)
        attempt = Attempt(
            id=uuid.uuid4(),
            order_id=order.id,
            provider=PROVIDER,
            trade_number=new_trade_number(now),
            amount=order.total,
            fee=0,
            state=state.value,
            started_at=now,
            expires_at=now,
            ended_at=None if state is AttemptState.STARTED else now,
            asks=0,
        )
        record_attempt(uow, attempt, None, "collected", PROVIDER)
        return attempt


def _report(row: Taken) -> Report:
    return Report(AttemptOutcome.PAID, row.amount, row.reference, row.paid_at)
