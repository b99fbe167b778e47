"""Settles attempts by asking: what a provider says of one is booked, silence is asked about again.

A row is committed before a provider is called, and no transaction is open while it answers.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy import select, update

from domain.errors import OutsideError
from domain.orders import AttemptState
from domain.ports.payments import AttemptOutcome, PaymentProvider, Report, Taking
from infra import metrics
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.order import Attempt, Order
from services.booking import Booking
from services.links import Links
from services.orderbook import OrderNotFoundError, database_now

SETTLE = "payments.settle"  # the task in jobs/tasks/payments.py
SWEEP_AT_ONCE = 50  # attempts leased in one transaction of the sweep
SWEEP_LEASE = timedelta(seconds=60)  # an attempt taken by one sweep is left alone by the next
RETURN_GRACE = timedelta(hours=1)  # the browser may come back from the provider after the pay link's end

log = structlog.get_logger(__name__)


class Defer(Protocol):
    """infra.queue.defer."""

    def __call__(self, uow: UnitOfWork, task_name: str, **row_ids: object) -> None:
        """Queue a task in the caller's transaction."""
        ...


class Settling:
    """Attempts at every provider that can be asked, also one that takes nothing new."""

    def __init__(self, providers: Mapping[str, PaymentProvider], booking: Booking, links: Links, defer: Defer) -> None:
        self._providers = providers
        self._booking = booking
        self._links = links
        self._defer = defer

    def settle(
        self,
        unit: UnitOfWorkFactory,
        attempt_id: uuid.UUID,
        *,
        may_take: bool = True,
        withdraw: bool = False,
        leave: bool = False,
    ) -> AttemptState:
        """Ask the provider how an attempt stands and book the answer; the state afterwards.

        `may_take`: money that waits for our word is taken (never within a GET). `withdraw`: the citizen wants out; the
        attempt is closed at the provider if it can be, unless its money is just being taken. `leave`: and ended
        also where it cannot be closed; the citizen has been warned. One whose provider can no longer be asked stays
        unknown, with an alarm at each try. Raises OrderNotFoundError.
        """
        with unit() as uow:
            key, taking = self.taking(uow, attempt_id)
            if self._booking.is_taking(uow, attempt_id):
                withdraw = leave = False
        provider = self._providers.get(key)
        if provider is None:
            log.error("payment_provider_gone", provider=key, attempt=str(attempt_id))
            metrics.PROVIDER_GONE.labels(key).inc()
            report = Report(AttemptOutcome.UNKNOWN)
        else:
            report = self._ask(unit, attempt_id, provider, taking, may_take=may_take, withdraw=withdraw)
        closes = provider is None or provider.closes
        with unit() as uow:
            if withdraw and self._booking.is_taking(uow, attempt_id):  # begun while the provider was answering
                report = Report(AttemptOutcome.UNKNOWN)
            state = self._booking.apply(uow, attempt_id, report, closes=closes, leave=leave)
            if report.outcome is AttemptOutcome.APPROVED and not withdraw:
                self._defer(uow, SETTLE, attempt_id=str(attempt_id))
            return state

    def _ask(
        self,
        unit: UnitOfWorkFactory,
        attempt_id: uuid.UUID,
        provider: PaymentProvider,
        taking: Taking,
        *,
        may_take: bool,
        withdraw: bool,
    ) -> Report:
        try:
            report = provider.withdraw(taking) if withdraw else provider.ask(taking)
            if report.outcome is AttemptOutcome.APPROVED and may_take and not withdraw:
                with unit() as uow:
                    allowed = self._booking.may_confirm(uow, attempt_id)
                return provider.confirm(taking) if allowed else Report(AttemptOutcome.PENDING)
        except OutsideError:
            return Report(AttemptOutcome.UNKNOWN)
        return report

    def due(self, uow: UnitOfWork) -> Sequence[uuid.UUID]:
        """Attempts whose time to be asked about has come, leased for a minute to the caller. For the schedule."""
        ripe = select(Attempt.id).where(Attempt.next_ask_at <= database_now(uow)).order_by(Attempt.next_ask_at)
        ripe = ripe.limit(SWEEP_AT_ONCE).with_for_update(skip_locked=True)
        lease = update(Attempt).where(Attempt.id.in_(ripe)).values(next_ask_at=database_now(uow) + SWEEP_LEASE)
        return uow.session.scalars(lease.returning(Attempt.id)).all()

    def taking(self, uow: UnitOfWork, attempt_id: uuid.UUID) -> tuple[str, Taking]:
        """The provider's key, and the attempt as its provider sees it. Raises OrderNotFoundError."""
        attempt = uow.session.get(Attempt, attempt_id)
        order = uow.session.get(Order, attempt.order_id) if attempt is not None else None
        if attempt is None or order is None:
            raise OrderNotFoundError
        ends_at = max(order.expires_at, attempt.expires_at + RETURN_GRACE)
        token = self._links.pay_token(order.id, ends_at)
        taking = Taking(
            attempt_id=str(attempt.id),
            trade_number=attempt.trade_number,
            amount=attempt.amount + attempt.fee,
            title=f"停車通 {sum(line.chosen for line in order.lines)} 筆",
            return_url=f"{self._links.public_url}/p/{token}/back",
            notify_url=f"{self._links.public_url}/pay/notify/{attempt.provider}",
            expires_at=attempt.expires_at,
            provider_reference=attempt.provider_reference,
        )
        return attempt.provider, taking
