"""Winners who pay: the city of tests/passes/world.py with orders, payments and a scripted provider."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.orders import AttemptState
from domain.orderview import OrderView
from domain.ports.notices import Letter
from infra.clock import SystemClock
from infra.database import UnitOfWork
from services.booking import Booking
from services.citizens import Citizens
from services.collecting import Collecting
from services.draws.late import LateEntries
from services.draws.places import Places
from services.draws.sms_news import DrawSms
from services.draws.telling import Telling
from services.fees import load_fees
from services.links import Links
from services.orders import Orders
from services.passes.board import PassBoard
from services.passes.closing import Closing
from services.passes.paying import PassPaying
from services.passes.reminding import PassReminders
from services.payments import Payments
from services.refund_rules import load_refund_rules
from services.refunds import Refunds
from services.sms import SmsPost
from tests.accounts import PhoneInHand
from tests.passes.world import CHANNEL, STAFF, World
from tests.pay.world import CITIES, ScriptedProvider, ScriptedSources

KEYS = ("k" * 40,)


class Posted:
    """Notices as they were handed over; a key that was there before does nothing, as the outbox has it."""

    def __init__(self) -> None:
        self.by_key: dict[str, tuple[str, str, dict[str, Any]]] = {}

    def post(self, uow: Any, notice: str, *, channel: str, citizen: str, dedupe_key: str, data: Any, **_: Any) -> None:
        self.by_key.setdefault(dedupe_key, (notice, citizen, data))

    def post_each(self, uow: Any, notice: str, letters: Sequence[Letter]) -> None:
        for letter in letters:
            self.by_key.setdefault(letter.dedupe_key, (notice, letter.citizen, dict(letter.data)))

    def told(self, notice: str) -> list[dict[str, Any]]:
        """The data of each notice of a kind."""
        return [data for kind, _, data in self.by_key.values() if kind == notice]


class NoMail:
    """Nobody left an e-mail."""

    def post(self, uow: UnitOfWork, order_id: uuid.UUID, *, channel: str, citizen: str) -> None:
        """Nothing goes."""


@dataclass
class PayWorld(World):
    """`bank` is the provider's own books; `posted` what citizens were told."""

    bank: ScriptedProvider = field(default_factory=ScriptedProvider)
    posted: Posted = field(default_factory=Posted)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.links = Links("http://localhost:8000", KEYS, SystemClock())
        self.paying = PassPaying(self.rules, Citizens(), self.links)
        self.orders = Orders(Collecting(None, CITIES, everybody=True), load_fees())
        booking = Booking(lambda uow, keys, *, paid_at: 0, self.posted, self.links, NoMail())
        given = ({self.bank.key: self.bank}, self.orders, booking, self.links, ScriptedSources(), self.defer)
        self.payments = Payments(*given)
        self.refunds = Refunds({self.bank.key: self.bank}, self.posted, load_refund_rules(), self.defer)
        self.closing = Closing(self.units, self.payments)
        board = PassBoard(self.rules, self.lots, self.entries, "http://localhost:8000", KEYS, SystemClock())
        sms = SmsPost(self.cipher, PhoneInHand(), self.defer, host="localhost:8000")
        self.draw_sms = DrawSms(self.entries, sms, SystemClock(), "http://localhost:8000/passes/")
        self.board, self.telling = board, Telling(board, self.paying, self.posted, SystemClock(), self.draw_sms)
        self.late = LateEntries(self.rules, self.lots, self.rounds, self.entries)
        draw = (self.desk, self.promoting, self.entries, self.late)
        self.places = Places(*draw, self.closing, self.paying, self.refunds, self.telling, self.posted)
        self.reminders = PassReminders(self.rules, board, self.telling, self.posted, SystemClock())

    def close_payments(self, entries: Collection[uuid.UUID]) -> None:
        self.closing.close(entries)

    def number(self, entry_id: uuid.UUID) -> str:
        """申請編號."""
        return str(self.sql("SELECT entry_no FROM pass_entry WHERE id = :e", e=entry_id)[0]["entry_no"])

    def sell(self, draw_id: str, entry_id: uuid.UUID, receipt_no: str = "A1", amount: int = 5760) -> None:
        """現場繳費."""
        self.places.sell(draw_id, self.number(entry_id), amount=amount, receipt_no=receipt_no, staff=STAFF)

    def holder(self, draw_id: str, no: int) -> uuid.UUID:
        """The entry at a place."""
        found = {at: entry for at, _, entry in self.standing(draw_id)}[no]
        assert found is not None
        return found

    def link(self, entry_id: uuid.UUID, citizen: str | None = None) -> str | None:
        """The pay link of the entry's place for whoever applied."""
        row = self.sql("SELECT citizen FROM pass_entry WHERE id = :e", e=entry_id)[0]
        with self.units() as uow:
            return self.paying.link(uow, entry_id, channel=CHANNEL, citizen=citizen or row["citizen"])

    def order(self, entry_id: uuid.UUID, citizen: str | None = None) -> OrderView:
        """The order behind that link, as its page shows it."""
        url = self.link(entry_id, citizen)
        assert url is not None
        with self.units() as uow:
            return self.orders.read(uow, self.links.read_pay(url.rsplit("/", 1)[1]))

    def read(self, order: OrderView) -> OrderView:
        """The order as it is now."""
        with self.units() as uow:
            return self.orders.read(uow, order.id)

    def start(self, order: OrderView, **changes: Any) -> Any:
        """Press the pay button with what the page showed."""
        keys = {line.key for line in order.chosen}
        values: dict[str, Any] = {"provider_key": self.bank.key, "keys": keys, "edition": order.edition}
        return self.payments.start(self.units, order.id, **(values | changes))

    def begun(self, entry_id: uuid.UUID) -> OrderView:
        """A payment that is under way at the provider."""
        order = self.order(entry_id)
        self.start(order)
        return self.read(order)

    def settle(self, order: OrderView) -> AttemptState:
        """Ask the provider and book what it says."""
        assert order.attempt is not None
        return self.payments.settle(self.units, order.attempt.id)

    def paid(self, entry_id: uuid.UUID) -> OrderView:
        """A place paid for online."""
        order = self.begun(entry_id)
        assert order.attempt is not None
        self.bank.pay(order.attempt.trade_number, order.total)
        assert self.settle(order) is AttemptState.PAID
        return self.read(order)

    def state(self, entry_id: uuid.UUID) -> str | None:
        """How the entry's place stands; None when it has none."""
        rows = self.sql("SELECT state FROM pass_seat WHERE entry_id = :e", e=entry_id)
        return rows[0]["state"] if rows else None
