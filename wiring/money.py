"""Money: the providers, payments, and the pages where a citizen pays."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from adapters.payments.demobank import DemoBank
from domain.ports.payments import PaymentProvider
from infra import queue
from services import ledger
from services.booking import Booking
from services.freshness import LookupNow
from services.links import Links
from services.payments import Payments
from web.demobank.views import blueprint as demobank_pages
from web.pay.services import PayServices
from web.pay.views import blueprint as pay_pages
from wiring.bills import Bills


class Money(Bills):
    """Paying bills."""

    @cached_property
    def links(self) -> Links:
        return Links(self.settings.public_url, self.session_keys, self.clock)

    @cached_property
    def bank(self) -> DemoBank | None:
        """熊讚銀行, where it is switched on: by PAYMENT_PROVIDERS, or by console mode."""
        chosen = self.settings.payment_providers
        wanted = self.settings.console_mode if chosen is None else "demobank" in chosen
        if not wanted:
            return None
        return DemoBank(self.engine, self.settings.public_url, self.derived("demobank").encode(), self.clock)

    @cached_property
    def providers(self) -> Mapping[str, PaymentProvider]:
        """Who takes money, by key. Adding one is its property above and a line here."""
        return {self.bank.key: self.bank} if self.bank else {}

    @cached_property
    def payments(self) -> Payments:
        booking = Booking(ledger.mark_paid, self.notices, self.links)
        asks = LookupNow(self.lookup, self.loop.run)
        return Payments(self.providers, self.orders, booking, self.links, asks, queue.defer)

    def for_conversations(self) -> Mapping[str, Any]:
        return {**super().for_conversations(), "links": self.links}

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "payments": self.payments}

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
        pages = PayServices(self.unit, self.orders, self.payments, self.links, self.cities, self.clock)
        bank = [demobank_pages(self.bank, self.clock, limiter)] if self.bank else []
        return [*super().doors(csrf, limiter), pay_pages(pages, csrf, limiter), *bank]
