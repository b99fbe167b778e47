"""What becomes of a write-off: the agency has accepted or refused it, or staff decide. One place for all ways."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Integer, cast, func, select

from domain.ports.notices import Notices
from domain.ports.payments import TRIAL_PROVIDERS
from domain.writeoffs import WRITE_OFF_ENDED, WriteOffKind, WriteOffState
from infra.database import UnitOfWork
from models.order import Order
from models.writeoff import WriteOff
from services import audit
from services.links import Links
from services.orderbook import database_now
from services.writeoffs import book
from services.writeoffs.book import WriteOffView

LISTED = 500

log = structlog.get_logger(__name__)


class WriteOffRuleError(Exception):
    """A staff member, or an agency, says what cannot be; the text says why."""


@dataclass(frozen=True, slots=True)
class Fetchable:
    """What waits for one agency's fetch. Amount in NT$, of payments and refunds together."""

    agency: str
    count: int
    amount: int
    since: datetime


class Deciding:
    """Ends of write-offs, and the list of those that staff have to look at."""

    def __init__(self, notices: Notices, links: Links) -> None:
        self._notices = notices
        self._links = links

    def accepted(self, uow: UnitOfWork, order: Order, row: WriteOff, *, actor: str, cause: str) -> None:
        """The agency has booked it. Both rows are locked. The last one of an order is told to its citizen."""
        row.reason = None
        book.shift(uow, row, WriteOffState.ACCEPTED, cause)
        self._audit(uow, row, actor, cause)
        if row.kind == WriteOffKind.WRITE_OFF.value and order.citizen is not None:
            self._tell_when_all_are(uow, order)

    def refused(self, uow: UnitOfWork, row: WriteOff, *, actor: str, reason: str) -> None:
        """Nothing more is sent by itself: staff have it."""
        row.reason = reason
        book.shift(uow, row, WriteOffState.REFUSED, reason)
        self._audit(uow, row, actor, reason)
        self.for_staff(uow, row)

    def for_staff(self, uow: UnitOfWork, row: WriteOff) -> None:
        """Onto the list, once: an audit row, and a line in the log."""
        if row.staff_since is not None:
            return
        row.staff_since = database_now(uow)
        detail: audit.Detail = {"state": row.state, "tries": row.tries, "reason": row.reason}
        audit.write(
            uow, "write_off.for_staff", actor=audit.SYSTEM, subject_type="write_off", subject_id=row.id, detail=detail
        )
        log.error("write_off_for_staff", write_off=str(row.id), agency=row.agency, state=row.state, reason=row.reason)

    def listed(self, uow: UnitOfWork) -> Sequence[WriteOffView]:
        """What staff have to look at, the oldest first."""
        query = select(WriteOff).where(WriteOff.staff_since.is_not(None)).order_by(WriteOff.staff_since).limit(LISTED)
        return [book.view(row) for row in uow.session.scalars(query)]

    def fetchable(self, uow: UnitOfWork) -> Sequence[Fetchable]:
        """What waits until its agency fetches it, also of agencies that nobody has added; by code."""
        amount = cast(func.sum(WriteOff.amount), Integer)
        query = select(WriteOff.agency, func.count(), amount, func.min(WriteOff.made_at))
        query = query.where(WriteOff.state == WriteOffState.WAITING.value).group_by(WriteOff.agency)
        rows = uow.session.execute(query.order_by(WriteOff.agency))
        return [Fetchable(code, count, amount, since) for code, count, amount, since in rows]

    def retry(self, uow: UnitOfWork, write_off_id: uuid.UUID, *, staff: str) -> WriteOffState:
        """Begin anew with one that was refused or is stuck. Raises WriteOffNotFoundError or WriteOffRuleError."""
        _, row = self._by_staff(uow, write_off_id, staff)
        if row.staff_since is None:
            raise WriteOffRuleError("only what is on the list is tried again by staff")
        by_webhook = row.agency in book.told_by_webhook(uow, [row.agency])
        if row.state == WriteOffState.REFUSED.value:
            book.shift(uow, row, WriteOffState.DUE if by_webhook else WriteOffState.WAITING, "staff_retry")
            row.tries = 0
        row.refusals, row.staff_since = 0, None
        if row.state in (WriteOffState.DUE.value, WriteOffState.UNKNOWN.value):
            row.next_try_at = database_now(uow)
        self._audit(uow, row, staff.strip(), "staff_retry")
        return WriteOffState(row.state)

    def settle(self, uow: UnitOfWork, write_off_id: uuid.UUID, *, booked: bool, staff: str) -> WriteOffState:
        """What the agency has told staff: booked by hand, or never to be; then nor are its reversals.

        Raises WriteOffNotFoundError or WriteOffRuleError.
        """
        order, row = self._by_staff(uow, write_off_id, staff)
        if row.state != WriteOffState.REFUSED.value:
            raise WriteOffRuleError("only a refused one is settled by a staff member")
        if booked:
            self.accepted(uow, order, row, actor=staff.strip(), cause="staff_booked")
            return WriteOffState.ACCEPTED
        reversals = select(WriteOff).where(WriteOff.reverses == row.id).with_for_update()
        for one in (row, *uow.session.scalars(reversals)):
            if WriteOffState(one.state) not in WRITE_OFF_ENDED:
                book.shift(uow, one, WriteOffState.DROPPED, "staff_dropped")
                self._audit(uow, one, staff.strip(), "staff_dropped")
        return WriteOffState.DROPPED

    def _by_staff(self, uow: UnitOfWork, write_off_id: uuid.UUID, staff: str) -> tuple[Order, WriteOff]:
        if not staff.strip():
            raise WriteOffRuleError("a staff id is needed")
        return book.lock(uow, write_off_id)

    def _tell_when_all_are(self, uow: UnitOfWork, order: Order) -> None:
        uow.session.flush()
        query = select(WriteOff).where(WriteOff.order_id == order.id, WriteOff.kind == WriteOffKind.WRITE_OFF.value)
        rows = uow.session.scalars(query).all()
        if any(row.state != WriteOffState.ACCEPTED.value for row in rows) or order.citizen is None:
            return
        data: dict[str, object] = {
            "amount": sum(row.amount for row in rows),
            "count": len(rows),
            "receipt_url": self._links.receipt(order.id),
            "trial": rows[0].provider in TRIAL_PROVIDERS,
        }
        key = f"write_off_done:{order.id}"
        self._notices.post(
            uow, "write_off_done", channel=order.channel, citizen=order.citizen, dedupe_key=key, data=data
        )

    def _audit(self, uow: UnitOfWork, row: WriteOff, actor: str, cause: str) -> None:
        detail: audit.Detail = {"cause": cause, "kind": row.kind, "amount": row.amount, "order": str(row.order_id)}
        action = f"write_off.{row.state}"
        audit.write(uow, action, actor=actor, subject_type="write_off", subject_id=row.id, detail=detail)
