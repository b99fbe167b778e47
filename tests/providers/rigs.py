"""Each provider with its fake behind it, driven alike: what a citizen does there, what breaks, what its books say."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Engine, text

from adapters.payments.demobank import Behaviour, DemoBank
from adapters.payments.ecpay import EcPay
from adapters.payments.jkopay import JkoPay
from adapters.payments.linepay import LinePay
from domain.errors import OutsideError
from domain.orders import AttemptState
from domain.ports.payments import Report, Taking
from domain.ports.refunds import Refunding, RefundReport
from services.payments import Go
from tests.clock import MovableClock
from tests.fakes.providers import ecpay, jkopay, linepay
from tests.fakes.providers.server import LOST_AFTER, LOST_BEFORE

Message = tuple[Mapping[str, str], bytes]


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


class FaultyBank(DemoBank):
    """The trial bank, asked over a line that breaks when told."""

    breaks: list[str]

    def start(self, taking: Taking) -> Any:
        fault = self.breaks.pop(0) if self.breaks and self.breaks[0].startswith("start") else ""
        started = None if fault == f"start {LOST_BEFORE}" else super().start(taking)
        if fault:
            raise OutsideError("connection")
        return started

    def refund(self, refunding: Refunding) -> RefundReport:
        fault = self.breaks.pop(0) if self.breaks else ""
        report = None if fault == f"refund {LOST_BEFORE}" else super().refund(refunding)
        if report is None or fault:
            raise OutsideError("connection")
        return report

    def ask(self, taking: Taking) -> Report:
        if self.breaks:
            self.breaks.pop(0)
            raise OutsideError("connection")
        return super().ask(taking)


@dataclass
class DemoRig:
    engine: Engine
    clock: MovableClock
    tells_refusal = True
    when_left = AttemptState.CANCELLED
    notifies = True
    tells_refunds = True
    provider: FaultyBank = field(init=False)

    def __post_init__(self) -> None:
        self.provider = FaultyBank(self.engine, "https://park.example", b"shared", self.clock)
        self.provider.breaks = []
        self.provider.notify = lambda number: True  # type: ignore[method-assign] - the suite delivers them

    def arrive(self, going: Go) -> None:
        assert going.url.startswith("https://park.example/demobank/")

    def agree(self, number: str) -> None:
        self.provider.pay(number)

    def refuse(self, number: str) -> None:
        self.provider.pay(number, Behaviour.DECLINE)

    def leave(self, number: str) -> None:
        self.provider.cancel(number)

    def take(self, number: str, amount: int) -> None:
        statement = "UPDATE demobank.trade SET state = 'paid', decided_at = now(), amount = :a WHERE trade_number = :n"
        with self.engine.begin() as connection:
            connection.execute(text(statement), {"a": amount, "n": number})

    def taken(self, number: str) -> int:
        trade = self.provider.trade(number)
        return trade.amount if trade is not None and trade.state == "paid" else 0

    def lose(self, fault: str) -> None:
        self.provider.breaks.append(fault)

    def lose_start(self, fault: str) -> None:
        self.provider.breaks.append(f"start {fault}")

    def given(self, number: str) -> int:
        query = text("SELECT coalesce(sum(amount), 0) FROM demobank.refund WHERE trade_number = :n")
        with self.engine.connect() as connection:
            return int(connection.execute(query, {"n": number}).scalar_one())

    def lose_refund(self, fault: str) -> None:
        self.provider.breaks.append(f"refund {fault}")

    def message(self, number: str) -> Message:
        body = f"trade_number={number}".encode()
        return {"X-Demobank-Signature": self.provider._sign(body)}, body


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


RIGS: Mapping[str, Callable[..., Any]] = {
    "demobank": demobank_rig,
    "linepay": linepay_rig,
    "ecpay": ecpay_rig,
    "jkopay": jkopay_rig,
}
LOSSES = (LOST_BEFORE, LOST_AFTER)
