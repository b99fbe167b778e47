"""What the pay pages are given by wiring, and their limits."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from domain.cities import Cities
from domain.clock import Clock
from domain.feeitems import Fees
from domain.ports.payments import TRIAL_PROVIDERS
from infra.database import UnitOfWorkFactory
from services import quotes
from services.links import Links
from services.orders import Orders
from services.payments import Payments
from services.storeslips import StoreSlips

LOOK_LIMIT = "60 per minute"  # pages seen, per sender address; a whole office may share one
PAY_LIMIT = "20 per minute"  # presses of a pay button
NOTIFY_LIMIT = "1200 per minute"  # all notifications of one provider's servers
NOTIFY_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class PayServices:
    """Services behind the pages. `trial_ways`: keys of providers that take no real money, marked 測試."""

    unit: UnitOfWorkFactory
    orders: Orders
    payments: Payments
    links: Links
    cities: Cities
    clock: Clock
    slips: StoreSlips
    fees: Fees
    trial_ways: Collection[str] = TRIAL_PROVIDERS

    @property
    def host(self) -> str:
        """The address a citizen should see in the browser, to compare."""
        return urlsplit(self.links.public_url).netloc

    def order_of(self, token: str) -> UUID:
        """The order behind a pay link; one that was only quoted is opened. Raises ForgedLinkError, ExpiredLinkError."""
        link = self.links.read_pay(token)
        with self.unit() as uow:
            return quotes.order_of(uow, link)
