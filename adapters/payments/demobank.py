"""熊讚銀行 (demobank): the bank of the pay.taipei manual, for trials. A party of its own: its books are not ours.

The books live in a database schema of their own; its pages (web/demobank) are handed this object by wiring. What it may
be told to do wrong is chosen per trade on its page, so that every fault of a real provider can be walked through.
"""

import hashlib
import hmac
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, text

from domain.clock import Clock
from domain.errors import OutsideError, Retry
from domain.ports.payments import AttemptOutcome, ForgedNotificationError, Notified, Report, Started, Taking
from domain.ports.refunds import Refunding, RefundOutcome, RefundReport
from domain.reader import msgid

KEY = "demobank"
NOTIFY_SECONDS = 3.0
HANGS_FOR = timedelta(seconds=30)  # how long the bank is silent after a payment that "hangs"
LATE_BY = timedelta(seconds=60)  # how long it denies a payment that it reports "late"


class Behaviour(StrEnum):
    """What the bank does with a trade once its customer confirms."""

    NORMAL = "normal"
    DECLINE = "decline"  # takes nothing, says failed
    HANG = "hang"  # takes the money, then answers nobody for a while
    TWICE = "twice"  # takes it once, tells it twice
    LATE = "late"  # says cancelled, and later that it took the money


@dataclass(frozen=True, slots=True)
class Trade:
    """One row of the bank's books. Amount in NT$."""

    trade_number: str
    reference: str
    title: str
    amount: int
    return_url: str
    notify_url: str
    state: str  # waiting, paid, declined, cancelled
    behaviour: Behaviour
    expires_at: datetime
    decided_at: datetime | None


class DemoBank:
    """The bank itself and, as PaymentProvider and GivesBack, our side of it. `secret` signs what its server sends."""

    key = KEY
    name = msgid("熊讚銀行")
    fee = 0
    closes = True

    def __init__(self, engine: Engine, public_url: str, secret: bytes, clock: Clock) -> None:
        self._engine = engine
        self.page_origins: Sequence[str] = ("{}://{}".format(*urllib.parse.urlsplit(public_url)[:2]),)
        self._public_url = public_url
        self._secret = secret
        self._clock = clock

    # Our side: domain.ports.payments.PaymentProvider

    def start(self, taking: Taking) -> Started:
        """Register the trade; the same number again is the same trade. Raises OutsideError for another amount."""
        statement = """
            INSERT INTO demobank.trade (trade_number, reference, title, amount, return_url, notify_url, expires_at)
            VALUES (:trade_number, :reference, :title, :amount, :return_url, :notify_url, :expires_at)
            ON CONFLICT (trade_number) DO NOTHING"""
        values = {
            "trade_number": taking.trade_number,
            "reference": self._new_reference(),
            "title": taking.title,
            "amount": taking.amount,
            "return_url": taking.return_url,
            "notify_url": taking.notify_url,
            "expires_at": taking.expires_at,
        }
        self._run(statement, **values)
        trade = self.trade(taking.trade_number)
        if trade is None or trade.amount != taking.amount:
            raise OutsideError("refused", Retry.NEVER)
        return Started(f"{self._public_url}/demobank/{trade.trade_number}", trade.reference)

    def confirm(self, taking: Taking) -> Report:
        """This bank takes the money when its customer confirms; there is nothing left to do."""
        return self.ask(taking)

    def ask(self, taking: Taking) -> Report:
        """How the trade stands in the bank's books. Raises OutsideError while the bank is silent."""
        trade = self.trade(taking.trade_number)
        if trade is None:
            return Report(AttemptOutcome.NEVER_HEARD)
        now = self._clock.now()
        if trade.decided_at is None:
            expired = trade.expires_at <= now
            return Report(AttemptOutcome.EXPIRED if expired else AttemptOutcome.PENDING)
        if trade.behaviour is Behaviour.HANG and now < trade.decided_at + HANGS_FOR:
            raise OutsideError("timeout")
        if trade.behaviour is Behaviour.LATE and now < trade.decided_at + LATE_BY:
            return Report(AttemptOutcome.CANCELLED)
        outcome = {"paid": AttemptOutcome.PAID, "declined": AttemptOutcome.FAILED}.get(trade.state)
        return Report(outcome or AttemptOutcome.CANCELLED, trade.amount, trade.reference, trade.decided_at)

    def withdraw(self, taking: Taking) -> Report:
        """Close the trade unless its customer was faster."""
        self._decide(taking.trade_number, "cancelled", Behaviour.NORMAL)
        return self.ask(taking)

    def notified(self, headers: Mapping[str, str], body: bytes) -> Notified:
        """Read what the bank's server sent. Raises ForgedNotificationError."""
        signature = headers.get("X-Demobank-Signature", "")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            raise ForgedNotificationError
        fields = urllib.parse.parse_qs(body.decode("utf-8"))
        return Notified(fields["trade_number"][0])

    def refund(self, refunding: Refunding) -> RefundReport:
        """Give back in whole or in part; the same refund number again is the same refund."""
        statement = """
            INSERT INTO demobank.refund (refund_number, reference, trade_number, amount)
            SELECT :number, :reference, trade_number, :amount FROM demobank.trade AS trade
            WHERE trade_number = :trade AND state = 'paid' AND :amount <= trade.amount - (
                SELECT coalesce(sum(amount), 0) FROM demobank.refund WHERE trade_number = :trade)
            ON CONFLICT (refund_number) DO NOTHING"""
        with self._engine.begin() as connection:
            lock = text("SELECT FROM demobank.trade WHERE trade_number = :trade FOR UPDATE")
            connection.execute(lock, {"trade": refunding.trade_number})
            values = {"number": refunding.refund_number, "amount": refunding.amount, "trade": refunding.trade_number}
            connection.execute(text(statement), values | {"reference": self._new_reference()})
        made = self.ask_refund(refunding)
        if made.outcome is RefundOutcome.NOT_FOUND:
            return RefundReport(RefundOutcome.REFUSED, reason="over_amount")
        return made

    def ask_refund(self, refunding: Refunding) -> RefundReport:
        """Whether the bank's books have a refund under our number."""
        query = text("SELECT reference FROM demobank.refund WHERE refund_number = :number")
        with self._engine.connect() as connection:
            reference = connection.execute(query, {"number": refunding.refund_number}).scalar()
        return RefundReport(RefundOutcome.DONE if reference else RefundOutcome.NOT_FOUND, reference)

    # The bank's side: what its pages do

    def trade(self, trade_number: str) -> Trade | None:
        """One trade of the bank's books."""
        columns = ", ".join(Trade.__slots__)
        query = f"SELECT {columns} FROM demobank.trade WHERE trade_number = :trade_number"  # noqa: S608 - own names
        with self._engine.connect() as connection:
            row = connection.execute(text(query), {"trade_number": trade_number}).mappings().one_or_none()
        return Trade(**{**row, "behaviour": Behaviour(row["behaviour"])}) if row else None

    def pay(self, trade_number: str, behaviour: Behaviour = Behaviour.NORMAL) -> None:
        """The customer confirms: the bank books it once and, unless it hangs or is late, tells the payee's server."""
        if not self._decide(trade_number, "declined" if behaviour is Behaviour.DECLINE else "paid", behaviour):
            return
        times = {Behaviour.NORMAL: 1, Behaviour.DECLINE: 1, Behaviour.TWICE: 2}.get(behaviour, 0)
        for _ in range(times):
            self.notify(trade_number)

    def cancel(self, trade_number: str) -> None:
        """The customer walks away."""
        self._decide(trade_number, "cancelled", Behaviour.NORMAL)

    def notify(self, trade_number: str) -> bool:
        """Tell the payee's server that something happened; False when it did not take it (it will ask by itself)."""
        trade = self.trade(trade_number)
        if trade is None:
            return False
        body = urllib.parse.urlencode({"trade_number": trade_number}).encode()
        headers = {"X-Demobank-Signature": self._sign(body)}
        request = urllib.request.Request(trade.notify_url, body, headers, method="POST")  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=NOTIFY_SECONDS) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def _decide(self, trade_number: str, state: str, behaviour: Behaviour) -> bool:
        """Settle a waiting trade that has not expired; False when it was settled before."""
        statement = """
            UPDATE demobank.trade SET state = :state, behaviour = :behaviour, decided_at = :now
            WHERE trade_number = :trade_number AND state = 'waiting' AND expires_at > :now"""
        values = {"trade_number": trade_number, "state": state, "behaviour": behaviour.value}
        return self._run(statement, **values, now=self._clock.now()) == 1

    def _run(self, statement: str, **values: Any) -> int:
        with self._engine.begin() as connection:
            return connection.execute(text(statement), values).rowcount

    def _new_reference(self) -> str:
        return f"{self._clock.now():%Y%m%d}{secrets.randbelow(10**8):08d}"

    def _sign(self, body: bytes) -> str:
        return hmac.new(self._secret, body, hashlib.sha256).hexdigest()
