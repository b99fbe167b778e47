"""The one place where settings become adapters become services. Used by app.py and jobs/."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from adapters.bills.cache import AnswerCache
from adapters.bills.cities import load_cities
from adapters.bills.paybill import CityNetwork, paybill_sources
from adapters.payments.demobank import DemoBank
from adapters.sms.console import ConsoleTray
from adapters.sms.every8d import Every8d
from adapters.sms.mitake import Mitake
from bot.dialog import DialogStore
from bot.engine import Engine
from bot.inbox import InboxPump
from bot.inbox_store import InboxStore
from bot.messenger import Messenger
from bot.notices import NoticePost, discover_notices
from bot.outbox import OutboxPump
from bot.registry import MenuItem, Registry, discover
from domain.accountrules import AccountRules
from domain.cities import Cities
from domain.ports.payments import PaymentProvider
from domain.ports.sms import SmsGateway
from infra import queue
from infra.breaker import Breaker
from infra.clock import SystemClock
from infra.crypto import FieldCipher
from infra.database import UnitOfWork, make_engine
from infra.embedded import StoreUrls
from infra.eventloop import LoopThread
from infra.hints import INBOX, OUTBOX, Hint, Listener
from infra.locales import reader
from infra.redis import make_async_redis, make_redis
from infra.settings import Settings
from infra.throttle import Throttle
from services import demo, ledger
from services.account_rules import load_account_rules
from services.accounts import Accounts
from services.announcements import Announcements
from services.booking import Booking
from services.citizens import Citizens
from services.collecting import Collecting
from services.consents import Consents
from services.downloads import Downloads
from services.freshness import LookupNow
from services.history import History
from services.leaving import Leaving
from services.links import Links
from services.lookup import Lookup
from services.lookup_key import LookupKey
from services.lookup_quota import Quota
from services.my_data import MyData
from services.number_change import NumberChange
from services.orders import Orders
from services.paperless import PaperlessPlates
from services.payments import Payments
from services.phone_codes import PhoneCodes
from services.promises import Promises
from services.questions import Questions
from services.registration import Registration
from services.saved_bills import SavedBills
from services.sms import SmsPost
from services.takeovers import Takeovers
from services.vehicle_rules import load_vehicle_rules
from services.vehicles import Vehicles
from web.console.chats import Console, TrayItem
from web.console.page import page as console_page
from web.console.poster import callback_poster
from web.demobank.views import blueprint as demobank_pages
from web.line.callback import blueprint as line_door
from web.mydata.views import MyDataServices
from web.mydata.views import blueprint as my_data_page
from web.pay.services import PayServices
from web.pay.views import blueprint as pay_pages
from web.privacy.views import blueprint as privacy_page

INBOX_THREADS = 4  # more only queue for the interpreter lock; waiting for the outside holds no thread
WEB_THREADS = 16
LOOPBACK = "127.0.0.1"


class Component(Protocol):
    """What the worker runs beside its jobs."""

    async def run(self) -> None:
        """Work until stopped."""
        ...

    async def stop(self) -> None:
        """Take nothing new; run() returns when what is in hand has ended."""
        ...


@dataclass(frozen=True)
class House:
    """All services of one process, made at first use: so after fork, and only those a process needs."""

    settings: Settings
    urls: StoreUrls
    connections: int  # threads of this process that may hold a database connection at once
    name: str  # of the process, as the database shows it

    clock = SystemClock()

    # Stores

    @cached_property
    def engine(self) -> Any:
        return make_engine(self.urls.database, pool_size=self.connections, application=f"parkline {self.name}")

    def unit(self) -> UnitOfWork:
        """A new unit of work."""
        return UnitOfWork(self.engine)

    @cached_property
    def redis(self) -> Any:
        return make_redis(self.urls.redis)

    @cached_property
    def cipher(self) -> FieldCipher:
        """Personal data at rest, under DATA_KEYS."""
        return FieldCipher([base64.urlsafe_b64decode(key.get_secret_value()) for key in self.settings.data_keys])

    @cached_property
    def lookup_key(self) -> LookupKey:
        return LookupKey(self.unit, self.cipher)

    @cached_property
    def loop(self) -> LoopThread:
        """Where cities are asked by threads."""
        return LoopThread()

    # LINE

    def derived(self, purpose: str) -> str:
        """A secret of console mode that every process of this machine derives alike from SESSION_KEY."""
        key = self.settings.session_key[0].get_secret_value().encode()
        return base64.urlsafe_b64encode(hmac.digest(key, purpose.encode(), hashlib.sha256)).decode()

    @property
    def channel_secrets(self) -> Sequence[str]:
        given = [secret.get_secret_value() for secret in self.settings.line_channel_secret]
        return given or [self.derived("console channel secret")]

    @property
    def access_token(self) -> str:
        given = self.settings.line_channel_access_token
        return given.get_secret_value() if given else self.derived("console access token")

    @property
    def own_address(self) -> str:
        return f"http://{LOOPBACK}:{self.settings.port}"

    @cached_property
    def messenger(self) -> Messenger:
        url = self.own_address if self.settings.console_mode else self.settings.line_api_url
        return Messenger(url, self.access_token)

    # Services

    @cached_property
    def cities(self) -> Cities:
        return load_cities(self.settings.paybill_cities, self.settings.paybill_urls)

    @cached_property
    def citizens(self) -> Citizens:
        return Citizens()

    @cached_property
    def network(self) -> CityNetwork:
        return CityNetwork()

    @cached_property
    def notices(self) -> NoticePost:
        notices = discover_notices("handlers.notices")
        return NoticePost(notices, self.citizens, reader, Hint(self.redis, OUTBOX))

    @cached_property
    def lookup(self) -> Lookup:
        shared = make_async_redis(self.urls.redis)
        sources = paybill_sources(
            self.cities.values(),
            self.network,
            throttle=Throttle(shared),
            breaker=Breaker(shared),
            cache=AnswerCache(shared),
            clock=self.clock,
        )
        return Lookup(sources, cities=self.cities, paid_here=self.orders, defer=queue.defer, clock=self.clock)

    @cached_property
    def promises(self) -> Promises:
        return Promises(self.lookup, self.unit, self.notices, self.clock)

    @cached_property
    def quota(self) -> Quota:
        return Quota()

    @cached_property
    def collecting(self) -> Collecting:
        return Collecting.of(self.settings, self.cities)

    @cached_property
    def links(self) -> Links:
        keys = [key.get_secret_value() for key in self.settings.session_key]
        return Links(self.settings.public_url, keys, self.clock)

    @cached_property
    def plates(self) -> PaperlessPlates:
        return PaperlessPlates(self.notices, self.clock)

    @cached_property
    def vehicles(self) -> Vehicles:
        rules = load_vehicle_rules()
        return Vehicles(rules, self.plates, self.accounts, self.quota, self.notices, self.clock)

    @cached_property
    def saved_bills(self) -> SavedBills:
        return SavedBills(self.vehicles.rules)

    @cached_property
    def orders(self) -> Orders:
        return Orders(self.collecting)

    @cached_property
    def bank(self) -> DemoBank | None:
        """熊讚銀行, where it is switched on: by PAYMENT_PROVIDERS, or by console mode."""
        chosen = self.settings.payment_providers
        wanted = self.settings.console_mode if chosen is None else "demobank" in chosen
        if not wanted:
            return None
        return DemoBank(self.engine, self.settings.public_url, self.derived("demobank").encode(), self.clock)

    @cached_property
    def payments(self) -> Payments:
        providers: Mapping[str, PaymentProvider] = {self.bank.key: self.bank} if self.bank else {}
        booking = Booking(ledger.mark_paid, self.notices, self.links)
        asks = LookupNow(self.lookup, self.loop.run)
        return Payments(providers, self.orders, booking, self.links, asks, queue.defer)

    # Accounts

    @cached_property
    def account_rules(self) -> AccountRules:
        return load_account_rules()

    @cached_property
    def consents(self) -> Consents:
        return Consents(self.account_rules.notice_version)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.cipher, self.lookup_key, self.consents)

    @cached_property
    def tray(self) -> ConsoleTray:
        return ConsoleTray(self.engine, self.cipher)

    @cached_property
    def sms(self) -> SmsPost:
        given = self.settings
        gateway: SmsGateway = self.tray
        if given.sms_gateway != "console" and given.sms_username and given.sms_password:  # settings ask for both
            kind = Mitake if given.sms_gateway == "mitake" else Every8d
            url = {"url": given.sms_gateway_url} if given.sms_gateway_url else {}
            gateway = kind(given.sms_username, given.sms_password.get_secret_value(), **url)
        return SmsPost(self.cipher, gateway, queue.defer)

    @cached_property
    def phone_codes(self) -> PhoneCodes:
        rules = self.account_rules
        return PhoneCodes(rules.codes, rules.agency, self.cipher, self.lookup_key, self.sms)

    @cached_property
    def takeovers(self) -> Takeovers:
        return Takeovers(self.accounts, self.notices, self.account_rules.takeover)

    @cached_property
    def registration(self) -> Registration:
        return Registration(self.accounts, self.phone_codes, self.consents, self.takeovers)

    # My data

    @cached_property
    def downloads(self) -> Downloads:
        keys = [key.get_secret_value() for key in self.settings.session_key]
        return Downloads(MyData(self.accounts, self.clock), self.settings.public_url, keys, self.clock)

    @cached_property
    def number_change(self) -> NumberChange:
        return NumberChange(self.accounts, self.phone_codes, self.sms, self.account_rules.agency)

    @cached_property
    def leaving(self) -> Leaving:
        def forget(channel: str, citizen: str) -> None:
            self.redis.delete(DialogStore.key((channel, citizen)))

        return Leaving(self.accounts, self.vehicles, queue.defer, forget)

    # The conversations

    @cached_property
    def registry(self) -> Registry:
        def menu() -> Sequence[MenuItem]:  # help lists all conversations, itself among them
            return self.registry.menu()

        given = {
            "lookup": self.lookup,
            "quota": self.quota,
            "orders": self.orders,
            "vehicles": self.vehicles,
            "saved_bills": self.saved_bills,
            "links": self.links,
            "cities": self.cities,
            "citizens": self.citizens,
            "questions": Questions.load(),
            "announcements": Announcements.load(self.clock),
            "readers": reader,
            "menu": menu,
            "accounts": self.accounts,
            "phone_codes": self.phone_codes,
            "consents": self.consents,
            "registration": self.registration,
            "takeovers": self.takeovers,
            "account_rules": self.account_rules,
            "downloads": self.downloads,
            "number_change": self.number_change,
            "history": History(self.accounts),
            "leaving": self.leaving,
        }
        return Registry(discover("handlers", given))


def web_rooms(house: House, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
    """Every room with a door to the web. Adding one is one line here."""
    secrets = [secret.encode() for secret in house.channel_secrets]
    store = InboxStore(house.urls.database, connections=house.connections)
    store.open()
    callback = line_door(store, secrets, Hint(house.redis, INBOX))
    csrf.exempt(callback)
    limiter.exempt(callback)  # LINE comes from many addresses at any rate; its signature is its leave
    pages = PayServices(house.unit, house.orders, house.payments, house.links, house.cities, house.clock)
    my_data = my_data_page(MyDataServices(house.unit, house.downloads, house.citizens), limiter)
    rooms = [callback, pay_pages(pages, csrf, limiter), my_data]
    rooms.append(privacy_page(house.account_rules))
    if house.bank:
        rooms.append(demobank_pages(house.bank, house.clock, limiter))
    if house.settings.console_mode:
        console = console_page(console_of(house))
        csrf.exempt(console)
        rooms.append(console)
    return rooms


def worth_typing(house: House) -> list[tuple[str, str]]:
    """Plates of the made-up city and what they show; none where it was not loaded."""
    with house.unit() as uow:
        return [(plate.number, plate.shows) for plate in demo.PLATES] if demo.is_here(uow) else []


def console_of(house: House) -> Console:
    """The local LINE, which speaks to our own /callback."""
    return Console(
        channel_secret=house.channel_secrets[0],
        access_token=house.access_token,
        own_address=house.own_address,
        clock=house.clock,
        post=callback_poster(f"{house.own_address}/callback"),
        tries=lambda: worth_typing(house),
        tray=lambda: [TrayItem(m.id, "sms", m.to, "", m.text, m.at) for m in house.tray.landed()],
    )


def worker_components(house: House) -> list[Component]:
    """The pumps and what wakes them."""
    outbox = OutboxPump(house.urls.database, messenger=house.messenger)
    engine = Engine(house.registry, house.citizens, house.clock, reader, house.messenger.line_language)
    inbox = InboxPump(
        house.urls.database,
        units=house.unit,
        engine=engine,
        dialogs=DialogStore(house.redis, house.cipher),
        presence=house.messenger,
        threads=INBOX_THREADS,
        answered=outbox.wake,
    )
    listener = Listener(make_async_redis(house.urls.redis), {INBOX: inbox.wake, OUTBOX: outbox.wake})
    return [inbox, outbox, listener]


def task_context(house: House) -> dict[str, Any]:
    """What tasks in jobs/tasks find in their `context.additional_context`."""
    return {
        "units": house.unit,
        "promises": house.promises,
        "payments": house.payments,
        "orders": house.orders,
        "quota": house.quota,
        "plates": house.plates,
        "sms": house.sms,
        "phone_codes": house.phone_codes,
        "takeovers": house.takeovers,
        "leaving": house.leaving,
        "downloads": house.downloads,
    }
