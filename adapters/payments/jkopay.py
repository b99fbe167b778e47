"""JKOPay (街口支付) online (facts/taiwan.md §5.4; codes and status words of its own documentation, open-doc.jkos.com).

An order number is one order for ever; asked for again before it is paid it leads to the same page. JKOPay closes
nothing on our word: an unpaid order ends by its valid time.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from adapters.payments.ownpages import page_origins_near, require_own_page
from domain.clock import TAIPEI, Clock
from domain.errors import OutsideError, Retry
from domain.ports.payments import AttemptOutcome, ForgedNotificationError, Notified, Report, Started, Taking
from domain.ports.refunds import Refunding, RefundOutcome, RefundReport
from domain.reader import msgid
from infra.exchange import call

URL = "https://onlinepay.jkopay.com"
ENTRY, INQUIRY, REFUND = "/platform/entry", "/platform/inquiry", "/platform/refund"
SECONDS = 15.0
GRACE = timedelta(minutes=2)  # after the valid time: a payment begun before it may still end
TIME = "%Y-%m-%d %H:%M:%S"  # of Taiwan, UTC+8

OK, NO_ORDER, PAID_BEFORE, BAD, UNVERIFIED = "000", "100", "101", "200", "201"
PAID, WORKING, UNPAID, UNKNOWN_ORDER = 0, 1, 101, 102
REFUND_REASONS = {
    NO_ORDER: "no_order", "102": "too_late", "103": "over_amount", "105": "over_amount", "113": "over_takings",
    BAD: "code_200", UNVERIFIED: "code_201", "922": "over_amount",
}  # fmt: skip


class JkoPay:
    """A store's account at JKOPay, as PaymentProvider and GivesBack."""

    key = "jkopay"
    name = msgid("街口支付")
    fee = 0
    closes = False  # its page can be paid until the valid time

    def __init__(self, store_id: str, api_key: str, secret: str, clock: Clock, url: str = URL) -> None:
        self._store_id = store_id
        self._api_key = api_key
        self._secret = secret
        self._clock = clock
        self._url = url
        self.page_origins: Sequence[str] = page_origins_near(url)

    def start(self, taking: Taking) -> Started:
        """Create the order, payable until the attempt ends."""
        fields = {
            "platform_order_id": taking.trade_number,
            "store_id": self._store_id,
            "currency": "TWD",
            "total_price": taking.amount,
            "final_price": taking.amount,
            "unredeem": 0,
            "valid_time": f"{taking.expires_at.astimezone(TAIPEI):{TIME}}",
            "result_url": taking.notify_url,
            "result_display_url": taking.return_url,
        }
        code, told = self._post(ENTRY, fields)
        if code in (BAD, UNVERIFIED):
            raise OutsideError(f"code_{code}", Retry.NEVER)
        if code != OK or not isinstance(told, dict) or not isinstance(told.get("payment_url"), str):
            raise OutsideError(f"code_{code}")
        return Started(require_own_page(told["payment_url"], self.page_origins))

    def confirm(self, taking: Taking) -> Report:
        """JKOPay takes the money in its app; there is nothing left to do."""
        return self.ask(taking)

    def ask(self, taking: Taking) -> Report:
        """How the order stands. Unpaid after its valid time, it has run out."""
        order = self._inquiry(taking.trade_number)
        status = order.get("status")
        if status == PAID:
            amount, paid_at = _dollars(order.get("final_price")), _moment(order.get("trans_time"))
            return Report(AttemptOutcome.PAID, amount, order.get("tradeNo") or None, paid_at)
        if status == WORKING:  # being paid this moment: nobody may walk away from it as unpaid
            return Report(AttemptOutcome.UNKNOWN)
        if status == UNPAID:
            over = self._clock.now() >= taking.expires_at + GRACE
            return Report(AttemptOutcome.EXPIRED if over else AttemptOutcome.PENDING)
        if status == UNKNOWN_ORDER:
            return Report(AttemptOutcome.NEVER_HEARD)
        raise OutsideError("unknown_status")

    def withdraw(self, taking: Taking) -> Report:
        """JKOPay closes nothing on our word."""
        return self.ask(taking)

    def notified(self, headers: Mapping[str, str], body: bytes) -> Notified:
        """Read a result notification: JSON under the DIGEST of its exact bytes."""
        sent = next((value for name, value in headers.items() if name.lower() == "digest"), "")
        if not hmac.compare_digest(sent.encode(), digest(self._secret, body).encode()):
            raise ForgedNotificationError
        try:
            return Notified(str(json.loads(body)["transaction"]["platform_order_id"]))
        except (ValueError, TypeError, KeyError):
            raise ForgedNotificationError from None

    def refund(self, refunding: Refunding) -> RefundReport:
        """Give back in whole or in part. Our refund number makes a repeated call the same refund."""
        fields = {
            "platform_order_id": refunding.trade_number,
            "refund_order_id": refunding.refund_number,
            "refund_amount": refunding.amount,
        }
        code, told = self._post(REFUND, fields)
        if code == OK and isinstance(told, dict) and told.get("refund_tradeNo"):
            return RefundReport(RefundOutcome.DONE, str(told["refund_tradeNo"]))
        if code not in REFUND_REASONS:
            return RefundReport(RefundOutcome.UNKNOWN)
        made = self.ask_refund(refunding)
        if made.outcome is not RefundOutcome.NOT_FOUND:
            return made
        return RefundReport(RefundOutcome.REFUSED, reason=REFUND_REASONS[code])

    def ask_refund(self, refunding: Refunding) -> RefundReport:
        """A refund of this amount in the order's history that is none of those we know."""
        for made in _entries(self._inquiry(refunding.trade_number).get("refund_history")):
            reference = str(made.get("refund_tradeNo"))
            if _dollars(made.get("amount")) == refunding.amount and reference not in refunding.known:
                return RefundReport(RefundOutcome.DONE, reference)
        return RefundReport(RefundOutcome.NOT_FOUND)

    def _inquiry(self, trade_number: str) -> Mapping[str, Any]:
        """The one transaction of the answer that is this order's."""
        query = f"platform_order_ids={trade_number}"
        code, told = self._call("GET", f"{INQUIRY}?{query}", query.encode(), None)
        if code == NO_ORDER:
            return {"status": UNKNOWN_ORDER}
        if code != OK or not isinstance(told, dict):
            raise OutsideError(f"code_{code}")
        for order in _entries(told.get("transactions")):
            if order.get("platform_order_id") == trade_number:
                return order
        raise OutsideError("another_trade")

    def _post(self, path: str, fields: Mapping[str, Any]) -> tuple[str, Any]:
        body = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        return self._call("POST", path, body, body)

    def _call(self, method: str, target: str, signed: bytes, body: bytes | None) -> tuple[str, Any]:
        headers = {
            "Content-Type": "application/json",
            "API-KEY": self._api_key,
            "DIGEST": digest(self._secret, signed),
        }
        answer = call(method, self._url + target, headers=headers, body=body, seconds=SECONDS)
        try:
            told = json.loads(answer.text)
            return str(told["result"]), told.get("result_object")
        except (ValueError, TypeError, KeyError, AttributeError):
            raise OutsideError("not_json") from None


def digest(secret: str, sent: bytes) -> str:
    """The DIGEST header: HMAC-SHA256 in hex over the exact body of a POST, or the query of a GET."""
    return hmac.new(secret.encode(), sent, hashlib.sha256).hexdigest()


def _entries(told: object) -> Sequence[Mapping[str, Any]]:
    return [entry for entry in told if isinstance(entry, dict)] if isinstance(told, list) else []


def _dollars(text: object) -> int | None:
    """NT$ from `100` or `100.00`; None for anything that is not a whole number of dollars."""
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        return None
    return int(amount) if amount.is_finite() and amount == amount.to_integral_value() else None


def _moment(text: object) -> datetime | None:
    try:
        return datetime.strptime(str(text), TIME).replace(tzinfo=TAIPEI)
    except ValueError:
        return None
