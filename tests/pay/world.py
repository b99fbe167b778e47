"""A small world to pay in: real database, real services; the outside (a provider, the sources, LINE) is scripted."""

import threading
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from domain.bills import Bill, BillStatus, DunningNotice, Found, Payable, PayableKey, SourceAnswer
from domain.cities import City
from domain.errors import OutsideError
from domain.orderview import OrderView
from domain.ports.payments import AttemptOutcome, ForgedNotificationError, Notified, Report, Started, Taking
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from services.booking import Booking
from services.collecting import Collecting
from services.fees import load_fees
from services.links import Links
from services.lookup import Fresh, FreshState, Snapshot
from services.orders import Orders
from services.payments import Payments
from tests.clock import MovableClock

CHANNEL = "U" + "0" * 32
CITIZEN = "U" + "1" * 32
OTHER = "U" + "2" * 32
CITIES = {
    "NWT": City("NWT", "新北市", "新北", "New Taipei City", phone="1999"),
    "TPE": City("TPE", "臺北市", "臺北", "Taipei City", phone="02-27269600", official_page="https://pay.taipei/"),
}
KEYS = ("a session key of thirty-two chars", "an older key of thirty-two chars!")


def bill(number: str = "VNB4810M8746", amount: int = 80, agency: str = "NWT", plate: str = "AJH-6023") -> Bill:
    """An open bill; the defaults are worked example B of the national API."""
    return Bill(
        agency=agency,
        number=number,
        plate=plate,
        kind=VehicleKind.CAR,
        parked_on=date(2026, 11, 1),
        deadline=date(2026, 12, 1),
        status=BillStatus.OPEN,
        amount=amount,
        pay_amount=amount,
        hours=1.0,
    )


def notice(number: str, *bills: Bill, extra: int = 50) -> DunningNotice:
    """A dunning notice that covers these bills."""
    amount = sum(b.amount for b in bills)
    return DunningNotice(
        agency=bills[0].agency,
        number=number,
        plate=bills[0].plate,
        kind=bills[0].kind,
        deadline=date(2026, 12, 15),
        amount=amount,
        extra_charge=extra,
        pay_amount=amount + extra,
        bills=bills,
    )


@dataclass
class ScriptedProvider:
    """A provider with books of its own. `on_start`, `on_ask` and `on_confirm` may raise or act before it answers."""

    key: str = "demobank"
    name: str = "熊讚銀行"
    fee: int = 0
    closes: bool = True
    page_origins: Sequence[str] = ("https://bank.example",)
    books: dict[str, Report] = field(default_factory=dict)  # trade number -> how it stands
    charged: list[str] = field(default_factory=list)  # trade numbers money was taken for
    starts: list[str] = field(default_factory=list)
    confirms: list[str] = field(default_factory=list)
    on_start: Callable[[Taking], None] = lambda taking: None
    on_ask: Callable[[Taking], None] = lambda taking: None
    on_confirm: Callable[[Taking], None] = lambda taking: None
    can_withdraw: bool = True
    now: Callable[[], datetime] = lambda: datetime.now(UTC)  # by its own clock
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, taking: Taking) -> Started:
        with self.lock:
            self.starts.append(taking.trade_number)
        self.on_start(taking)
        self.books.setdefault(taking.trade_number, Report(AttemptOutcome.PENDING))
        return Started(f"https://bank.example/{taking.trade_number}", "R" + taking.trade_number)

    def confirm(self, taking: Taking) -> Report:
        self.confirms.append(taking.trade_number)
        self.on_confirm(taking)
        self.pay(taking.trade_number, taking.amount)
        return self.books[taking.trade_number]

    def ask(self, taking: Taking) -> Report:
        self.on_ask(taking)
        return self.books.get(taking.trade_number, Report(AttemptOutcome.NEVER_HEARD))

    def withdraw(self, taking: Taking) -> Report:
        standing = self.ask(taking)
        if self.can_withdraw and standing.outcome is AttemptOutcome.PENDING:
            self.books[taking.trade_number] = Report(AttemptOutcome.CANCELLED)
        return self.ask(taking)

    def notified(self, headers: Mapping[str, str], body: bytes) -> Notified:
        if headers.get("X-Signature") != "good":
            raise ForgedNotificationError
        return Notified(body.decode(), "1|OK")

    def pay(self, trade_number: str, amount: int) -> None:
        """The citizen pays on the provider's page."""
        with self.lock:
            if self.books[trade_number].outcome is not AttemptOutcome.PAID:
                self.charged.append(trade_number)
        self.report(trade_number, AttemptOutcome.PAID, amount, "R" + trade_number)

    def report(
        self, trade_number: str, outcome: AttemptOutcome, amount: int | None = None, reference: str | None = None
    ) -> None:
        """What the provider says of a trade from now on."""
        paid_at = self.now() if outcome is AttemptOutcome.PAID else None
        self.books[trade_number] = Report(outcome, amount, reference, paid_at)


@dataclass
class ScriptedSources:
    """What the sources say when asked again: as it was, unless told otherwise."""

    now: dict[PayableKey, Payable | None] = field(default_factory=dict)  # None: gone
    unreachable: bool = False
    meanwhile: Callable[[], object] = lambda: None  # happens while they are being asked
    asked: list[PayableKey] = field(default_factory=list)

    def refresh(self, snapshots: Sequence[Snapshot]) -> Sequence[SourceAnswer]:
        self.asked += [snapshot.key for snapshot in snapshots]
        self.meanwhile()
        return (Found("NWT", datetime.now(UTC)),)

    def compare(
        self, uow: UnitOfWork, snapshots: Sequence[Snapshot], answers: Sequence[SourceAnswer]
    ) -> Mapping[PayableKey, Fresh]:
        return {snapshot.key: self._fresh(snapshot) for snapshot in snapshots}

    def _fresh(self, snapshot: Snapshot) -> Fresh:
        asked_at = datetime.now(UTC)
        if self.unreachable:
            return Fresh(snapshot.key, FreshState.COULD_NOT_ASK, asked_at)
        if snapshot.key not in self.now:
            return Fresh(snapshot.key, FreshState.SAME, asked_at)
        payable = self.now[snapshot.key]
        return Fresh(snapshot.key, FreshState.CHANGED if payable else FreshState.GONE, asked_at, payable)


@dataclass
class Recorder:
    """Notices posted, tasks deferred, ledger bills marked paid: written down in the database with the transaction."""

    def post(self, uow: UnitOfWork, notice: str, **fields: Any) -> None:
        trial = ":trial" if fields["data"]["trial"] else ""
        self._note(uow, f"notice:{notice}:{fields['citizen']}:{fields['data']['amount']}{trial}")

    def defer(self, uow: UnitOfWork, task_name: str, **row_ids: object) -> None:
        self._note(uow, f"task:{task_name}")

    def mark_paid(self, uow: UnitOfWork, keys: Collection[PayableKey], *, paid_at: datetime) -> int:
        for key in keys:
            self._note(uow, f"ledger:{key}")
        return len(keys)

    def _note(self, uow: UnitOfWork, what: str) -> None:
        uow.session.execute(text("INSERT INTO noted (what) VALUES (:what)"), {"what": what})


class ReceiptRecorder:
    """Receipts that would go by e-mail, written down likewise."""

    def post(self, uow: UnitOfWork, order_id: uuid.UUID, *, channel: str, citizen: str) -> None:
        uow.session.execute(text("INSERT INTO noted (what) VALUES (:what)"), {"what": f"mail:{citizen}:{order_id}"})


@dataclass
class World:
    """Everything a test of payments speaks to."""

    engine: Engine
    clock: MovableClock
    bank: Any  # a ScriptedProvider, or the demobank
    sources: ScriptedSources
    links: Links
    orders: Orders
    payments: Payments

    @classmethod
    def build(
        cls,
        engine: Engine,
        *,
        public_url: str = "https://park.example",
        provider: Any = None,
        clock: MovableClock | None = None,
    ) -> "World":
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS noted (id serial PRIMARY KEY, what text NOT NULL)"))
        clock = clock or MovableClock(datetime.now(UTC))
        bank, sources = provider or ScriptedProvider(), ScriptedSources()
        recorder = Recorder()
        links = Links(public_url, KEYS, clock)
        orders = Orders(Collecting(None, CITIES, everybody=True), load_fees())
        booking = Booking(recorder.mark_paid, recorder, links, ReceiptRecorder())
        payments = Payments({bank.key: bank}, orders, booking, links, sources, recorder.defer)
        return cls(engine, clock, bank, sources, links, orders, payments)

    def unit(self) -> UnitOfWork:
        return UnitOfWork(self.engine)

    def open(self, *payables: Payable, citizen: str | None = CITIZEN, age: timedelta = timedelta()) -> OrderView:
        """An order of these bills; `age`: how long ago their sources were asked."""
        with self.unit() as uow:
            return self.orders.open(
                uow, channel=CHANNEL, citizen=citizen, payables=payables, asked_at=datetime.now(UTC) - age
            )

    def read(self, order: OrderView) -> OrderView:
        with self.unit() as uow:
            return self.orders.read(uow, order.id)

    def start(self, order: OrderView, **changes: Any) -> Any:
        """Press the pay button with what the page showed."""
        values: dict[str, Any] = {
            "provider_key": "demobank",
            "keys": {line.key for line in order.chosen},
            "edition": order.edition,
        }
        return self.payments.start(self.unit, order.id, **(values | changes))

    def trade(self, order: OrderView) -> str:
        """The trade number of the order's attempt under way."""
        attempt = self.read(order).attempt
        assert attempt is not None
        return attempt.trade_number

    def settle(self, order: OrderView, **how: bool) -> Any:
        attempt = self.read(order).attempt
        assert attempt is not None
        return self.payments.settle(self.unit, attempt.id, **how)

    def attempt_id(self, trade_number: str) -> uuid.UUID:
        (row,) = self.rows("SELECT id FROM attempt WHERE trade_number = :t AND late_of IS NULL", t=trade_number)
        return uuid.UUID(str(row[0]))

    def noted(self, kind: str) -> list[str]:
        """What was noted of a kind: notice, mail, task or ledger."""
        rows = self.rows("SELECT what FROM noted WHERE what LIKE :kind ORDER BY id", kind=f"{kind}:%")
        return [row[0].removeprefix(f"{kind}:") for row in rows]

    def rows(self, query: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), values))

    def run(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def age_attempts(self, seconds: int) -> None:
        """Let everything of the attempts have happened that much earlier."""
        self.run(
            "UPDATE attempt SET started_at = started_at - make_interval(secs => :s),"
            " ended_at = ended_at - make_interval(secs => :s), next_ask_at = next_ask_at - make_interval(secs => :s)",
            s=seconds,
        )


def silence(_: Taking) -> None:
    """A provider that does not answer."""
    raise OutsideError("timeout")
