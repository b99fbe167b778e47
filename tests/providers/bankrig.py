"""The trial bank under the contract suite: asked over a line that breaks when told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from adapters.payments.demobank import Behaviour, DemoBank
from domain.errors import OutsideError
from domain.orders import AttemptState
from domain.ports.payments import Report, Taking
from domain.ports.refunds import Refunding, RefundReport
from services.payments import Go
from tests.clock import MovableClock
from tests.fakes.providers.server import NOTHING_DONE

Message = tuple[Mapping[str, str], bytes]


class FaultyBank(DemoBank):
    """The trial bank, asked over a line that breaks when told."""

    breaks: list[str]

    def start(self, taking: Taking) -> Any:
        fault = self.breaks.pop(0) if self.breaks and self.breaks[0].startswith("start") else ""
        started = None if fault.removeprefix("start ") in NOTHING_DONE else super().start(taking)
        if fault:
            raise OutsideError("timeout")
        return started

    def refund(self, refunding: Refunding) -> RefundReport:
        fault = self.breaks.pop(0) if self.breaks else ""
        report = None if fault.removeprefix("refund ") in NOTHING_DONE else super().refund(refunding)
        if report is None or fault:
            raise OutsideError("timeout")
        return report

    def ask(self, taking: Taking) -> Report:
        if self.breaks:
            self.breaks.pop(0)
            raise OutsideError("timeout")
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
