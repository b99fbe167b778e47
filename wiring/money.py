"""Money: the providers, payments, and the pages where a citizen pays."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from adapters.payments.demobank import DemoBank
from adapters.payments.ecpay import EcPay
from adapters.payments.jkopay import JkoPay
from adapters.payments.linepay import LinePay
from domain.ports.payments import PaymentProvider
from infra import queue
from services import ledger
from services.booking import Booking
from services.freshness import LookupNow
from services.payments import Payments
from services.refund_rules import load_refund_rules
from services.refundaccounts import RefundAccounts
from services.refunds import Refunds
from services.stopped import Stopped
from services.storemoney import StoreMoney
from services.storeslips import StoreSlips
from web.demobank.views import blueprint as demobank_pages
from web.pay.services import PayServices
from web.pay.views import blueprint as pay_pages
from web.refundaccount.views import AccountServices
from web.refundaccount.views import blueprint as refund_account_page
from wiring.bills import Bills
from wiring.mail import MailRoom


class Money(Bills, MailRoom):
    """Paying bills."""

    @cached_property
    def bank(self) -> DemoBank:
        """熊讚銀行: needs no settings, so it can always be asked how a payment stands."""
        return DemoBank(self.engine, self.settings.public_url, self.derived("demobank").encode(), self.clock)

    @cached_property
    def providers(self) -> Mapping[str, PaymentProvider]:
        """Who can be asked, by key: all whose settings are there. Adding one is a line or two here."""
        given, clock = self.settings, self.clock
        made: list[PaymentProvider] = [self.bank]
        if given.linepay_channel_id and given.linepay_channel_secret:  # settings ask for all of an account or none
            secret = given.linepay_channel_secret.get_secret_value()
            made.append(LinePay(given.linepay_channel_id, secret, clock, given.linepay_api_url.rstrip("/")))
        if given.ecpay_merchant_id and given.ecpay_hash_key and given.ecpay_hash_iv:
            key, iv = given.ecpay_hash_key.get_secret_value(), given.ecpay_hash_iv.get_secret_value()
            made.append(EcPay(given.ecpay_merchant_id, key, iv, clock, given.ecpay_url.rstrip("/")))
        if given.jkopay_store_id and given.jkopay_api_key and given.jkopay_secret:
            key, secret = given.jkopay_api_key.get_secret_value(), given.jkopay_secret.get_secret_value()
            made.append(JkoPay(given.jkopay_store_id, key, secret, clock, given.jkopay_url.rstrip("/")))
        return {provider.key: provider for provider in made}

    @property
    def offered(self) -> Collection[str]:
        """Who takes new payments: PAYMENT_PROVIDERS; unset, 熊讚銀行 in console mode."""
        chosen = self.settings.payment_providers
        if chosen is None:
            return (self.bank.key,) if self.settings.console_mode else ()
        return chosen

    @cached_property
    def booking(self) -> Booking:
        return Booking(ledger.mark_paid, self.notices, self.links, self.receipt_mail)

    @cached_property
    def payments(self) -> Payments:
        asks = LookupNow(self.lookup, self.loop.run)
        return Payments(self.providers, self.orders, self.booking, self.links, asks, queue.defer, offered=self.offered)

    @cached_property
    def store_money(self) -> StoreMoney:
        return StoreMoney(self.booking)

    @cached_property
    def stopped(self) -> Stopped:
        return Stopped(self.booking, queue.defer, load_refund_rules())

    @cached_property
    def refunds(self) -> Refunds:
        link = self.refund_accounts.link
        return Refunds(self.providers, self.notices, load_refund_rules(), queue.defer, link)

    @cached_property
    def refund_accounts(self) -> RefundAccounts:
        return RefundAccounts(self.cipher, self.settings.public_url, self.session_keys, self.clock)

    @cached_property
    def store_slips(self) -> StoreSlips:
        return StoreSlips(self.settings.store_barcode_agency, self.orders, self.payments.refresh, self.clock)

    def for_conversations(self) -> Mapping[str, Any]:
        return {**super().for_conversations(), "store_slips": self.store_slips, "refund_accounts": self.refund_accounts}

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "payments": self.payments, "refunds": self.refunds}

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
        pages = PayServices(
            self.unit, self.orders, self.payments, self.links, self.cities, self.clock, self.store_slips, self.fees
        )
        accounts = AccountServices(self.unit, self.refund_accounts, self.account_rules.agency, self.settings.public_url)
        bank = [demobank_pages(self.bank, self.clock, limiter)] if self.bank.key in self.offered else []
        rooms = [pay_pages(pages, csrf, limiter), refund_account_page(accounts, limiter)]
        return [*super().doors(csrf, limiter), *rooms, *bank]
