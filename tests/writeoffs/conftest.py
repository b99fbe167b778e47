"""A city where bills are paid, and an agency that hears of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from adapters.agencies.webhook import Webhooks, new_secret
from domain.bills import Payable
from domain.orderview import OrderView
from domain.ports.refunds import Refunding, RefundOutcome, RefundReport
from domain.refunds import RefundRules, RefundState
from domain.writeoffs import WriteOffRules
from infra.crypto import FieldCipher
from infra.database import make_engine
from services import refundbook
from services.agencies import Agencies
from services.refunds import Refunds
from services.writeoffs.deciding import Deciding
from services.writeoffs.posting import Posting
from tests.clock import MovableClock
from tests.fakes.agency import FakeAgency
from tests.pay.world import Recorder, ScriptedProvider, World

RULES = WriteOffRules(staff_after_tries=4, refusals=2, gives_up_after_days=7)
CODE = "NWT"


class GivingBank(ScriptedProvider):
    """A bank that gives back at once."""

    def refund(self, refunding: Refunding) -> RefundReport:
        return RefundReport(RefundOutcome.DONE, "F" + refunding.refund_number)

    def ask_refund(self, refunding: Refunding) -> RefundReport:
        return self.refund(refunding)


@dataclass
class Town:
    """Citizens pay at a scripted bank, staff give back, one agency is told."""

    world: World
    agency: FakeAgency
    agencies: Agencies
    deciding: Deciding
    posting: Posting
    refunds: Refunds
    recorder: Recorder = field(default_factory=Recorder)

    def join(self, code: str = CODE, *, webhook: bool = True) -> None:
        """The agency takes part."""
        with self.world.unit() as uow:
            self.agencies.add(uow, code, "交通局", staff="anna")
        if webhook:
            self.give_address(code)

    def give_address(self, code: str = CODE) -> None:
        with self.world.unit() as uow:
            secret = self.agencies.set_webhook(uow, code, self.agency.address, staff="anna")
        assert secret
        self.agency.secret = secret

    def pay(self, *payables: Payable) -> OrderView:
        order = self.world.open(*payables)
        self.world.start(order)
        self.world.bank.pay(self.world.trade(order), order.total)
        self.world.settle(order)
        return order

    def give_back(self, order: OrderView, amount: int) -> RefundState:
        """A refund, as staff and its job do it."""
        with self.world.unit() as uow:
            (money, *_) = refundbook.money_of(uow, self.world.trade(order))
            self.refunds.request(uow, money, amount, reason="帳單撤銷", staff="anna")
        (row, *_) = self.world.rows("SELECT id FROM refund ORDER BY asked_at DESC")
        return self.refunds.carry_out(self.world.unit, row[0])

    def sweep(self) -> int:
        """The schedule comes once; how many messages were accepted."""
        with self.world.unit() as uow:
            due = self.posting.due(uow)
        return sum(self.posting.round(self.world.unit, agency_id) for agency_id in due)

    def later(self, by: timedelta = timedelta(hours=2)) -> int:
        """The same after a while."""
        self.world.run(
            "UPDATE write_off SET next_try_at = next_try_at - :by, made_at = made_at - :by, "
            "staff_since = staff_since - :by",
            by=by,
        )
        self.world.run("UPDATE agency SET next_round_at = next_round_at - :by", by=by)
        return self.sweep()

    def states(self) -> list[str]:
        return [row[0] for row in self.world.rows("SELECT state FROM write_off ORDER BY serial")]

    def ids(self) -> list[str]:
        return [str(row[0]) for row in self.world.rows("SELECT id FROM write_off ORDER BY serial")]

    def listed(self) -> list[str | None]:
        with self.world.unit() as uow:
            return [one.reason for one in self.deciding.listed(uow)]


@pytest.fixture
def town_engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url, pool_size=12, application="tests-writeoffs")
    yield engine
    engine.dispose()


@contextmanager
def town_on(engine: Engine) -> Iterator[Town]:
    """A town on this database."""
    clock = MovableClock(datetime.now(UTC))
    world = World.build(engine, provider=GivingBank(), clock=clock)
    recorder = Recorder()
    agencies = Agencies(FieldCipher([b"k" * 32]), new_secret)
    deciding = Deciding(recorder, world.links)
    posting = Posting(agencies, Webhooks(clock), deciding, RULES)
    refunds = Refunds({"demobank": world.bank}, recorder, RefundRules(100_000), recorder.defer)
    with FakeAgency() as agency:
        yield Town(world, agency, agencies, deciding, posting, refunds, recorder)


@pytest.fixture
def town(town_engine: Engine) -> Iterator[Town]:
    with town_on(town_engine) as made:
        yield made
