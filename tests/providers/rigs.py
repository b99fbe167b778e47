"""Each provider with its fake behind it, driven alike: what a citizen does there, what breaks, what its books say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from unittest.mock import patch

from sqlalchemy import Engine

import adapters.payments.ecpay
import adapters.payments.jkopay
import adapters.payments.linepay
from adapters.payments.ecpay import EcPay
from adapters.payments.jkopay import JkoPay
from adapters.payments.linepay import LinePay
from domain.orders import AttemptState
from services.payments import Go
from tests.clock import MovableClock
from tests.fakes.providers import ecpay, jkopay, linepay
from tests.fakes.providers.server import LOST_AFTER, LOST_BEFORE, SILENT_AFTER, SILENT_BEFORE
from tests.providers.bankrig import DemoRig, Message

PATIENCE = 0.5  # seconds
WAITS: Mapping[Any, Sequence[str]] = {
    adapters.payments.ecpay: ("SECONDS",),
    adapters.payments.jkopay: ("SECONDS",),
    adapters.payments.linepay: (
        "REQUEST_SECONDS", "CHECK_SECONDS", "REFUND_SECONDS", "CONFIRM_SECONDS", "DETAILS_SECONDS",
    ),
}  # fmt: skip


class Rig(Protocol):
    """One provider under test. Amounts in NT$."""

    provider: Any
    tells_refusal: bool  # whether it says that a payment was refused; otherwise the payment just runs out
    when_left: AttemptState  # after the citizen walked away there and we asked
    notifies: bool  # whether its server sends signed notifications
    tells_refunds: bool  # whether it can be asked about refunds

    def arrive(self, going: Go) -> None:
        """The browser reaches the provider's page."""

    def agree(self, number: str) -> None:
        """The citizen pays, or approves where the money moves by our word."""

    def refuse(self, number: str) -> None:
        """The citizen's card or account is refused."""

    def leave(self, number: str) -> None:
        """The citizen walks away."""

    def take(self, number: str, amount: int) -> None:
        """The provider takes this amount, whatever was agreed and however late."""

    def taken(self, number: str) -> int:
        """What the provider's books say was taken."""

    def lose(self, fault: str) -> None:
        """The next call that moves the money, or first tells of it, goes wrong."""

    def lose_start(self, fault: str) -> None:
        """The next call that registers a payment goes wrong."""

    def given(self, number: str) -> int:
        """What the provider's books say was given back."""

    def lose_refund(self, fault: str) -> None:
        """The next call that gives money back goes wrong."""

    def message(self, number: str) -> Message:
        """A notification as its server sends it."""


@dataclass
class LineRig:
    fake: linepay.FakeLinePay
    provider: LinePay
    tells_refusal = True
    when_left = AttemptState.CANCELLED
    notifies = False
    tells_refunds = True

    def arrive(self, going: Go) -> None:
        assert going.url.startswith(f"{self.fake.url}/page/")

    def agree(self, number: str) -> None:
        self.fake.approve(number)

    def refuse(self, number: str) -> None:
        self.fake.decline(number)

    def leave(self, number: str) -> None:
        self.fake.cancel(number)

    def take(self, number: str, amount: int) -> None:
        trade = self.fake.trades[number]
        trade.state, trade.taken = "captured", amount

    def taken(self, number: str) -> int:
        return self.fake.trades[number].taken

    def lose(self, fault: str) -> None:
        reference = next(reversed(self.fake.trades.values())).reference
        self.fake.lose(f"/v3/payments/{reference}/confirm", fault)

    def lose_start(self, fault: str) -> None:
        self.fake.lose("/v3/payments/request", fault)

    def given(self, number: str) -> int:
        return sum(self.fake.trades[number].refunds.values())

    def lose_refund(self, fault: str) -> None:
        self.fake.lose(f"/v3/payments/{next(reversed(self.fake.trades.values())).reference}/refund", fault)

    def message(self, number: str) -> Message:
        return {}, f'{{"orderId":"{number}"}}'.encode()


@dataclass
class EcRig:
    fake: ecpay.FakeEcPay
    provider: EcPay
    tells_refusal = True
    when_left = AttemptState.STARTED
    notifies = True
    tells_refunds = False

    def arrive(self, going: Go) -> None:
        assert going.url == f"{self.fake.url}/Cashier/AioCheckOut/V5"
        assert self.fake.carry(going.form or {}) == "付款"

    def agree(self, number: str) -> None:
        self.fake.pay(number)

    def refuse(self, number: str) -> None:
        self.fake.decline(number)

    def leave(self, number: str) -> None:
        """ECPay does not learn of it."""

    def take(self, number: str, amount: int) -> None:
        trade = self.fake.trades[number]
        trade.state, trade.taken = "paid", amount
        trade.fields.setdefault("means", "Credit_CreditCard")

    def taken(self, number: str) -> int:
        return self.fake.trades[number].taken if number in self.fake.trades else 0

    def lose(self, fault: str) -> None:
        self.fake.lose("/Cashier/QueryTradeInfo", fault)

    def lose_start(self, fault: str) -> None:
        """Nothing is called at the start: the browser carries the order, or it does not."""

    def given(self, number: str) -> int:
        return sum(self.fake.trades[number].refunds.values())

    def lose_refund(self, fault: str) -> None:
        self.fake.lose("/CreditDetail/DoAction", fault)

    def message(self, number: str) -> Message:
        return {}, self.fake.notification(number)


@dataclass
class JkoRig:
    fake: jkopay.FakeJkoPay
    provider: JkoPay
    tells_refusal = False
    when_left = AttemptState.STARTED
    notifies = True
    tells_refunds = True

    def arrive(self, going: Go) -> None:
        assert going.url.startswith(f"{self.fake.url}/web/")

    def agree(self, number: str) -> None:
        self.fake.pay(number)

    def refuse(self, number: str) -> None:
        """JKOPay shows it to the citizen only."""

    def leave(self, number: str) -> None:
        """JKOPay does not learn of it."""

    def take(self, number: str, amount: int) -> None:
        trade = self.fake.trades[number]
        trade.state, trade.taken = "paid", amount

    def taken(self, number: str) -> int:
        return self.fake.trades[number].taken

    def lose(self, fault: str) -> None:
        self.fake.lose("/platform/inquiry", fault)

    def lose_start(self, fault: str) -> None:
        self.fake.lose("/platform/entry", fault)

    def given(self, number: str) -> int:
        return sum(self.fake.trades[number].refunds.values())

    def lose_refund(self, fault: str) -> None:
        self.fake.lose("/platform/refund", fault)

    def message(self, number: str) -> Message:
        return self.fake.notification(number)


@contextmanager
def demobank_rig(engine: Engine, clock: MovableClock) -> Iterator[Rig]:
    yield DemoRig(engine, clock)


@contextmanager
def linepay_rig(engine: Engine, clock: MovableClock) -> Iterator[Rig]:
    with linepay.FakeLinePay() as fake:
        yield LineRig(fake, LinePay(linepay.CHANNEL, linepay.SECRET, clock, fake.url))


@contextmanager
def ecpay_rig(engine: Engine, clock: MovableClock) -> Iterator[Rig]:
    with ecpay.FakeEcPay() as fake:
        fake.now = clock.now
        yield EcRig(fake, EcPay(ecpay.MERCHANT, ecpay.HASH_KEY, ecpay.HASH_IV, clock, fake.url))


@contextmanager
def jkopay_rig(engine: Engine, clock: MovableClock) -> Iterator[Rig]:
    with jkopay.FakeJkoPay() as fake:
        yield JkoRig(fake, JkoPay(jkopay.STORE, jkopay.API_KEY, jkopay.SECRET, clock, fake.url))


@contextmanager
def given_up_soon(fault: str) -> Iterator[None]:
    """A provider that says nothing is waited for a moment here, in place of its 10 to 60 seconds."""
    with ExitStack() as patched:
        for adapter, names in WAITS.items() if fault in (SILENT_BEFORE, SILENT_AFTER) else ():
            for name in names:
                patched.enter_context(patch.object(adapter, name, PATIENCE))
        yield


RIGS: Mapping[str, Callable[..., Any]] = {
    "demobank": demobank_rig,
    "linepay": linepay_rig,
    "ecpay": ecpay_rig,
    "jkopay": jkopay_rig,
}
LOSSES = (LOST_BEFORE, LOST_AFTER, SILENT_BEFORE, SILENT_AFTER)  # of a call, before or after it had its effect
