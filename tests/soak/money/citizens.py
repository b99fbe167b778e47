"""What citizens do with their pay links: pay, turn back, never return, press on two devices, start again elsewhere."""

import html
import random
import re
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread

from adapters.payments.demobank import Behaviour
from domain.bills import Bill
from domain.errors import CitizenMistakeError
from domain.orderview import OrderView
from services import ledger
from tests.pay.world import CHANNEL, bill
from tests.soak.money.browser import Answer, Browser
from tests.soak.money.house import Town
from tests.soak.money.outside import AGENCIES, Page

PROVIDERS = ("linepay", "ecpay", "jkopay", "demobank")
DEADLINE = date(2027, 12, 31)
ISSUED_FOR = timedelta(days=3)  # a number for an ATM may be paid so long
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
PRESSES = 3  # of the pay button, where no answer came
COPIES = ((0, 25), (1, 55), (2, 15), (5, 4), (20, 1))  # of one notification, and of a hundred so many have them


@dataclass
class Citizen:
    """One of many, who does what `chance` draws. `pool` carries notifications that come side by side."""

    town: Town
    chance: random.Random
    pool: Executor
    name: str
    browser: Browser
    second: Browser  # another device
    _bills: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.browser.address = f"10.{'.'.join(str(self.chance.randrange(256)) for _ in range(3))}"
        self.second.address = f"11.{'.'.join(str(self.chance.randrange(256)) for _ in range(3))}"
        self.citizen = f"U{self.chance.getrandbits(128):032x}" if self.chance.random() < 0.4 else None

    def live(self) -> int:
        """One of the plans; how many orders it opened."""
        plans = (self.plain, self.two_devices, self.other_way, self.start_again)
        return self.chance.choices(plans, (60, 14, 14, 12))[0]()

    def plain(self) -> int:
        """Pays, or not."""
        self.pay(self.open(*self.owe()), self.choose())
        return 1

    def two_devices(self) -> int:
        """The same bills under two links, pressed at once."""
        bills = self.owe()
        friend = replace(self, browser=self.second, chance=random.Random(self.chance.random()))
        runs = [(self, self.open(*bills)), (friend, friend.open(*bills))]
        devices = [Thread(target=who.pay, args=(order, who.choose())) for who, order in runs if order is not None]
        for device in devices:
            device.start()
        for device in devices:
            device.join()
        return 2

    def other_way(self) -> int:
        """Turns back from one provider and pays at another; sometimes at both."""
        order = self.open(*self.owe())
        first, second = self.chance.sample(PROVIDERS, 2)
        page = self.start(order, first)
        self.turn_back(order)
        self.pay(order, second)
        if page is not None and self.chance.random() < 0.3:
            self.agree(page)
            self.told(page)
        return 1

    def start_again(self) -> int:
        """Asks anew, with more bills, while the first order may be being paid."""
        bills = self.owe()
        page = self.start(self.open(*bills), self.choose())
        newer = self.open(*bills, *self.owe())
        if page is not None and self.chance.random() < 0.3:
            self.agree(page)
        self.pay(newer, self.choose())
        if page is not None and self.chance.random() < 0.2:
            self.agree(page)
            self.told(page)
        return 2

    # Steps

    def owe(self) -> Sequence[Bill]:
        """One to three new bills of the ledger."""
        made = []
        for _ in range(self.chance.randint(1, 3)):
            self._bills += 1
            one = bill(
                f"{self.name}{self._bills:02}", self.chance.randrange(20, 1200, 10), self.chance.choice(AGENCIES)
            )
            made.append(replace(one, deadline=DEADLINE, source=ledger.SOURCE))
        self.town.bill(made)
        return made

    def choose(self) -> str:
        """One of the ways to pay."""
        return self.chance.choice(PROVIDERS)

    def open(self, *bills: Bill) -> OrderView | None:
        """The order behind an answer of the chat; None where all of it is paid."""
        with suppress(CitizenMistakeError), self.town.house.unit() as uow:
            return self.town.house.orders.open(
                uow, channel=CHANNEL, citizen=self.citizen, payables=bills, asked_at=datetime.now(UTC)
            )
        return None

    def start(self, order: OrderView | None, provider: str) -> Page | None:
        """Presses the pay button until an answer comes; the provider's page it leads to."""
        if order is None:
            return None
        fields = {"provider": provider, "edition": order.edition, "bill": [str(line.key) for line in order.chosen]}
        for _ in range(PRESSES):
            went = self.browser.post(self.path(order), fields, self.path(order))
            if went is not None and "waiting" not in went.location:
                return self.arrive(order, went)
        return None

    def arrive(self, order: OrderView, went: Answer) -> Page | None:
        """At the provider's page, over the form that ECPay wants the browser to carry."""
        if went.location.endswith("/carry") or "/carry?" in went.location:
            carried = self.browser.get(self.path(order, "/carry"))
            form = {name: html.unescape(value) for name, value in HIDDEN.findall(carried.text)} if carried else {}
            sent = self.browser.carry(self.path(order, "/carry"), form) if form else None
            if sent is None or sent.status != 307 or self.town.outside.ecpay.carry(form) != "付款":
                return None
            return Page("ecpay", form["MerchantTradeNo"])
        return self.town.outside.page(went.location)

    def pay(self, order: OrderView | None, provider: str) -> None:
        """From the pay button to whatever comes of it."""
        page = self.start(order, provider)
        if order is None or page is None:
            return
        does = self.chance.choices(
            (self.agree, self.refuse, self.leave, self.never_ends, self.get_number, self.pay_late, self.pay_less),
            (74, 6, 6, 6, 3, 4.5, 0.5),
        )[0]
        does(page)
        if does == self.pay_late:
            self.turn_back(order)
            self.town.take(page, 0)
        told_first = self.chance.random() < 0.5
        if told_first:
            self.told(page)
        if self.chance.random() < 0.6:  # the others never return
            self.browser.get(self.path(order, "/back"))
        if not told_first:
            self.told(page)

    def turn_back(self, order: OrderView | None) -> None:
        """Wants another way."""
        if order is not None:
            self.browser.post(self.path(order, "/other"), {}, self.path(order))

    def agree(self, page: Page) -> None:
        """Pays there, unless it is too late for that."""
        with suppress(AssertionError):  # over, or paid, there
            if page.provider == "demobank":
                behaviours = (Behaviour.NORMAL, Behaviour.TWICE, Behaviour.HANG, Behaviour.LATE)
                self.town.house.bank.pay(page.number, self.chance.choices(behaviours, (85, 5, 5, 5))[0])
            else:
                self.town.rigs[page.provider].agree(page.number)

    def refuse(self, page: Page) -> None:
        """The card is refused."""
        with suppress(AssertionError):
            self.town.rigs[page.provider].refuse(page.number)

    def leave(self, page: Page) -> None:
        """Walks away there."""
        with suppress(AssertionError):
            self.town.rigs[page.provider].leave(page.number)

    def never_ends(self, page: Page) -> None:
        """Leaves the page open."""

    def pay_late(self, page: Page) -> None:
        """Walks away, and is charged all the same."""
        self.leave(page)

    def get_number(self, page: Page) -> None:
        """Takes a number for an ATM, where there are such, and pays with it or not."""
        if page.provider != "ecpay":
            self.agree(page)
            return
        self.town.outside.ecpay.issue(page.number, "ATM_LAND", datetime.now(UTC) + ISSUED_FOR)
        self.told(page)
        if self.chance.random() < 0.6:
            self.agree(page)

    def pay_less(self, page: Page) -> None:
        """The provider takes another amount than it was told."""
        self.town.take(page, -1)

    def told(self, page: Page) -> None:
        """The provider's server tells: never, once, or several times side by side."""
        copies, shares = zip(*COPIES, strict=True)
        count = self.chance.choices(copies, shares)[0]
        if count and self.town.rigs[page.provider].notifies:
            headers, body = self.town.rigs[page.provider].message(page.number)
            list(self.pool.map(lambda _: self.town.notify(page.provider, headers, body), range(count)))

    def path(self, order: OrderView, rest: str = "") -> str:
        """An address of the order's pay link."""
        return f"/p/{self.town.house.links.pay_token(order.id, order.expires_at)}{rest}"
