"""Payments: starts attempts at providers, which services/settling.py settles by asking.

Each method is given the maker of units of work and opens short ones around its outside calls: a row is committed before
a provider is called, no transaction is open while it answers, and what it says is booked in another.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from domain import storebarcode
from domain.bills import PayableKey
from domain.errors import CitizenMistakeError, OutsideError, Retry
from domain.orders import ATTEMPT_LIVE, FRESH_FOR, AttemptState, OrderState
from domain.orderview import AttemptView, OrderView
from domain.ports.payments import AttemptOutcome, Notified, PaymentProvider, Report
from infra.database import UnitOfWorkFactory
from models.order import Attempt
from services import halts, starting
from services.booking import Booking
from services.claims import Holder, holders, keys_of
from services.freshness import AsksAgain, snapshot
from services.links import Links
from services.orderbook import (
    OrderNotFoundError,
    database_now,
    live_attempt,
    lock_attempt,
    lock_order,
    shift_order,
)
from services.orders import Orders
from services.settling import SETTLE, Defer, Settling


class ForgedFormError(Exception):
    """A form that is not the one we signed."""


@dataclass(frozen=True, slots=True)
class Go:
    """Send the browser to the provider's page; with a form, by a POST that carries its fields."""

    url: str
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Underway:
    """An attempt is being started or looked into: show the order's page and wait."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What is owed has changed since the page was shown: show it, take nothing."""


Start = Go | Underway | Changed


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay, as the page offers it."""

    key: str
    name: str  # msgid
    fee: int  # 手續費 in NT$


class Payments(Settling):
    """Attempts of orders, from their start to their end."""

    def __init__(
        self,
        providers: Mapping[str, PaymentProvider],
        orders: Orders,
        booking: Booking,
        links: Links,
        sources: AsksAgain,
        defer: Defer,
        *,
        offered: Collection[str] | None = None,
    ) -> None:
        """`providers`: all who can be asked. `offered`: keys of those who take new payments; None: all of them."""
        super().__init__(providers, booking, links, defer)
        self._offered = {key: one for key, one in providers.items() if offered is None or key in offered}
        self._orders = orders
        self._sources = sources

    @property
    def ways(self) -> Sequence[Way]:
        """The ways to pay that are switched on."""
        return tuple(Way(provider.key, provider.name, provider.fee) for provider in self._offered.values())

    @property
    def page_origins(self) -> Sequence[str]:
        """Where the providers' own pages live, for the pages' content policy."""
        return tuple(origin for provider in self._providers.values() for origin in provider.page_origins)

    def closes(self, provider: str) -> bool:
        """Whether a payment withdrawn from this provider can surely not be paid any more."""
        found = self._providers.get(provider)
        return found is not None and found.closes

    def name_of(self, provider: str) -> str:
        """The msgid of a provider's name; its key where it can no longer be asked."""
        if provider == storebarcode.PROVIDER:
            return storebarcode.NAME
        found = self._providers.get(provider)
        return found.name if found else provider

    def start(
        self,
        unit: UnitOfWorkFactory,
        order_id: uuid.UUID,
        *,
        provider_key: str,
        keys: Collection[PayableKey],
        edition: str,
        language: str | None = None,
    ) -> Start:
        """Begin to pay the ticked bills of an order; an attempt already under way is used again, never doubled.

        `edition`: the OrderView.edition the citizen saw; `language`: the one the page was switched to. Raises
        OrderNotFoundError, and CitizenMistakeError for all that can be told kindly; nothing was taken then.
        """
        provider = self._offered.get(provider_key)
        if provider is None:
            raise CitizenMistakeError("這個繳費方式目前不提供，請改用其他方式。")
        with unit() as uow:
            standing = halts.standing(uow)
            halts.require_running(standing, provider_key, ())
            order = self._orders.choose(uow, order_id, keys)
            if order.state is OrderState.OPEN:  # one that is being paid goes on
                halts.require_running(standing, provider_key, [line.key.agency for line in order.chosen])
        if order.state is OrderState.PAYING:
            return _resume(order.attempt)
        starting.require_open(order)
        if order.edition != edition or self.refresh(unit, order) or not self._settle_rivals(unit, order):
            return Changed()
        with unit() as uow:
            begun = starting.begin(uow, order_id, provider, keys=keys, edition=edition, language=language)
        if begun is None:
            return Changed()
        if not begun.new:
            return _resume(begun.attempt)
        return self._call(unit, begun.attempt, provider)

    def withdraw(self, unit: UnitOfWorkFactory, order_id: uuid.UUID) -> None:
        """The citizen wants another way: end the attempt under way, at its provider first.

        Where the provider cannot close it, it is ended with us after it has said that nothing was paid; the page has
        warned, and money that still comes goes onto the refund list.

        Raises OrderNotFoundError, or CitizenMistakeError when it cannot be ended now.
        """
        with unit() as uow:
            order = self._orders.read(uow, order_id)
        if order.state is not OrderState.PAYING or order.attempt is None:
            return
        if self.settle(unit, order.attempt.id, withdraw=True, leave=True) in ATTEMPT_LIVE:
            raise CitizenMistakeError("目前無法取消這筆交易，尚未確定是否扣款。請稍候再試，請勿重複繳費。")

    def carry(self, unit: UnitOfWorkFactory, order_id: uuid.UUID, posted: Mapping[str, str]) -> Go | None:
        """The browser sets off with the form of the attempt under way; None when there is nothing to carry any more.

        Raises ForgedFormError when what it has posted is not that form.
        """
        with unit() as uow:
            attempt = live_attempt(uow, order_id)
            if attempt is None:
                return None
            _, row = lock_attempt(uow, attempt.id)
            now = database_now(uow)
            over = row.state != AttemptState.STARTED.value or row.expires_at <= now
            if over or row.form is None or row.redirect_url is None:
                return None
            if posted != row.form:
                raise ForgedFormError
            row.carried_at = row.carried_at or now
            return Go(row.redirect_url, row.form)

    def refresh(self, unit: UnitOfWorkFactory, order: OrderView) -> bool:
        """Ask anew about bills asked too long ago; True when something changed, which is then in the order."""
        with unit() as uow:
            oldest = database_now(uow) - FRESH_FOR
        # whether a pass may still be paid for, starting.begin() asks under its lock
        stale = [snapshot(line) for line in order.chosen if line.asked_at < oldest and line.about is None]
        if not stale:
            return False
        answers = self._sources.refresh(stale)
        with unit() as uow:
            fresh = self._sources.compare(uow, stale, answers)
            return starting.take_answers(uow, order.id, fresh, self._orders.discount)

    def hear(self, unit: UnitOfWorkFactory, provider_key: str, headers: Mapping[str, str], body: bytes) -> Notified:
        """A provider's server says that something happened: ask it what. The answer it wants is in Notified.reply.

        Raises ForgedNotificationError, or OrderNotFoundError for a provider or trade number that is not ours.
        """
        provider = self._providers.get(provider_key)
        if provider is None:
            raise OrderNotFoundError
        heard = provider.notified(headers, body)
        with unit() as uow:
            query = select(Attempt.id).where(Attempt.provider == provider_key, Attempt.late_of.is_(None))
            attempt_id = uow.session.scalar(query.where(Attempt.trade_number == heard.trade_number))
        if attempt_id is None:
            raise OrderNotFoundError
        self.settle(unit, attempt_id)
        return heard

    def _call(self, unit: UnitOfWorkFactory, attempt: AttemptView, provider: PaymentProvider) -> Start:
        """Tell the provider of an attempt that is committed; a kill before or within leaves it to the sweep."""
        with unit() as uow:
            _, taking = self.taking(uow, attempt.id)
        try:
            started = provider.start(taking)
        except OutsideError as error:
            return self._call_failed(unit, attempt, error)
        with unit() as uow:
            _, row = lock_attempt(uow, attempt.id)
            if AttemptState(row.state) not in ATTEMPT_LIVE:
                return Changed()
            row.redirect_url = started.redirect_url
            row.provider_reference = started.provider_reference
            row.form = dict(started.form) if started.form is not None else None
        return Go(started.redirect_url, started.form)

    def _call_failed(self, unit: UnitOfWorkFactory, attempt: AttemptView, error: OutsideError) -> Start:
        refused = error.retry in (Retry.NEVER, Retry.THROTTLE)
        with unit() as uow:
            report = Report(AttemptOutcome.FAILED if refused else AttemptOutcome.UNKNOWN)
            self._booking.apply(uow, attempt.id, report)
            if not refused:
                self._defer(uow, SETTLE, attempt_id=str(attempt.id))
        if refused:
            raise CitizenMistakeError("支付業者目前無法受理，尚未扣款。請稍後再試，或改用其他方式。")
        return Underway()

    def _settle_rivals(self, unit: UnitOfWorkFactory, order: OrderView) -> bool:
        """Other orders that are paying our bills are asked about first. False: some bill was paid there.

        An older order of the same citizen is ended, at its provider first, and replaced by this one.
        """
        with unit() as uow:
            held = holders(uow, keys_of(order.chosen))
        for rival in {holder for holder in held.values() if holder.order_id != order.id}:
            self._settle_rival(unit, order, rival)
        with unit() as uow:
            return not starting.mark_paid_elsewhere(uow, order.id)

    def _settle_rival(self, unit: UnitOfWorkFactory, order: OrderView, rival: Holder) -> None:
        with unit() as uow:
            attempt = live_attempt(uow, rival.order_id)
        if rival.state is not OrderState.PAYING or attempt is None:
            return
        own = order.citizen is not None and (rival.channel, rival.citizen) == (order.channel, order.citizen)
        self.settle(unit, attempt.id, withdraw=own)
        if own:
            with unit() as uow:
                row = lock_order(uow, rival.order_id)
                if row.state == OrderState.OPEN.value:
                    shift_order(uow, row, OrderState.REPLACED, "started_again", "citizen")


def _resume(attempt: AttemptView | None) -> Start:
    """Back to the page of the attempt under way, once its provider has told where that is."""
    if attempt is None or attempt.redirect_url is None or attempt.state is not AttemptState.STARTED:
        return Underway()
    if attempt.form is not None and attempt.carried:
        return Underway()
    return Go(attempt.redirect_url, attempt.form)
