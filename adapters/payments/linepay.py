"""LINE Pay Online v3 (facts/taiwan.md §5.1). The money moves when we confirm what the citizen has approved.

HTTP is always 200; `returnCode` tells. A transaction id is a 19-digit JSON number: it is text to us. There is no
idempotency key: whatever is not a clear answer to a confirm is settled by asking for the payment's details.
"""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from adapters.payments.ownpages import page_origins_near, require_own_page
from domain.clock import Clock
from domain.errors import OutsideError, Retry
from domain.ports.payments import AttemptOutcome, ForgedNotificationError, Notified, Report, Started, Taking
from domain.ports.refunds import Refunding, RefundOutcome, RefundReport
from domain.reader import msgid
from infra.exchange import call

API_URL = "https://api-pay.line.me"
CURRENCY = "TWD"
REQUEST_SECONDS, CHECK_SECONDS, REFUND_SECONDS = 20.0, 20.0, 20.0  # read time-outs the documentation asks for
CONFIRM_SECONDS, DETAILS_SECONDS = 40.0, 60.0
GRACE = timedelta(minutes=10)  # a confirm of ours is surely over so long after the end of its attempt

OK = "0000"
NO_TRANSACTION = "1150"
EXPIRED = "1180"
CHECK_WAITING, CHECK_APPROVED, CHECK_ENDED, CHECK_FAILED, CHECK_DONE = "0000", "0110", "0121", "0122", "0123"
CAPTURED, HELD = "CAPTURE", "AUTHORIZATION"
NO_MONEY = {
    "VOIDED_AUTHORIZATION": AttemptOutcome.CANCELLED,
    "EXPIRED_AUTHORIZATION": AttemptOutcome.EXPIRED,
}
# Said before anything was done: nothing was taken, and the same call would be refused again.
REFUSED = frozenset({
    "1101", "1102", "1104", "1105", "1106", "1110", "1124", "1141", "1142", "1153", "1159", "1169", "1170", "1178",
    "1179", "1183", "1184", "1194", "2101", "2102", *(str(code) for code in range(1281, 1299)),
})  # fmt: skip
REFUND_REASONS = {"1155": "not_refundable", "1163": "too_late", "1164": "over_amount", "1165": "refunded_before"}


class LinePay:
    """A merchant's channel at LINE Pay, as PaymentProvider and GivesBack."""

    key = "linepay"
    name = msgid("LINE Pay")
    fee = 0
    closes = True  # without our confirm nothing is taken

    def __init__(self, channel_id: str, channel_secret: str, clock: Clock, url: str = API_URL) -> None:
        self._channel_id = channel_id
        self._secret = channel_secret
        self._clock = clock
        self._url = url
        self.page_origins: Sequence[str] = page_origins_near(url)

    def start(self, taking: Taking) -> Started:
        """Request a payment; LINE Pay adds transactionId and orderId to the return address by itself."""
        product = {"name": taking.title, "quantity": 1, "price": taking.amount}
        body = {
            "amount": taking.amount,
            "currency": CURRENCY,
            "orderId": taking.trade_number,
            "packages": [{"id": taking.trade_number, "amount": taking.amount, "products": [product]}],
            "redirectUrls": {"confirmUrl": taking.return_url, "cancelUrl": taking.return_url},
            "options": {"payment": {"capture": True}, "display": {"locale": "zh_TW"}},
        }
        code, info = self._post("/v3/payments/request", body, REQUEST_SECONDS)
        if code in REFUSED:
            raise OutsideError(f"code_{code}", Retry.NEVER)
        if code != OK:
            raise OutsideError(f"code_{code}")
        try:
            page, transaction_id = info["paymentUrl"]["web"], str(info["transactionId"])
        except (KeyError, TypeError):
            raise OutsideError("unknown_answer") from None
        return Started(require_own_page(page, self.page_origins), transaction_id)

    def confirm(self, taking: Taking) -> Report:
        """Take the money that the citizen has approved: our amount, never one from an address."""
        if taking.provider_reference is None:
            return self.ask(taking)
        body = {"amount": taking.amount, "currency": CURRENCY}
        try:
            code, info = self._post(f"/v3/payments/{taking.provider_reference}/confirm", body, CONFIRM_SECONDS)
        except OutsideError:
            return self._details(taking)
        if code == OK:
            return Report(AttemptOutcome.PAID, _paid(info), taking.provider_reference)
        if code == EXPIRED:
            return Report(AttemptOutcome.EXPIRED)
        if code in REFUSED:
            return Report(AttemptOutcome.FAILED)
        return self._details(taking)  # 1152, 1172, 1198, 1199, 9000 and whatever is new

    def ask(self, taking: Taking) -> Report:
        """Status by transaction id; by our order id where the answer to the request never reached us."""
        if taking.provider_reference is None:
            return self._details(taking)
        path = f"/v3/payments/requests/{taking.provider_reference}/check"
        code, _ = self._get(path, {}, CHECK_SECONDS)
        if code == CHECK_WAITING:
            return Report(AttemptOutcome.PENDING)
        if code == CHECK_APPROVED:
            return Report(AttemptOutcome.APPROVED)
        if code == CHECK_ENDED:  # walked away, or 20 minutes are over: LINE Pay does not tell which
            late = self._clock.now() >= taking.expires_at
            return Report(AttemptOutcome.EXPIRED if late else AttemptOutcome.CANCELLED)
        if code == CHECK_FAILED:
            return Report(AttemptOutcome.FAILED)
        if code in (CHECK_DONE, NO_TRANSACTION):
            return self._details(taking)
        raise OutsideError(f"code_{code}")

    def withdraw(self, taking: Taking) -> Report:
        """What is not confirmed is never taken, so it is closed by our not confirming it; money only held is let go."""
        standing = self.ask(taking)
        if standing.outcome is AttemptOutcome.PENDING and standing.provider_reference is not None:
            path = f"/v3/payments/authorizations/{standing.provider_reference}/void"
            code, _ = self._post(path, {}, REQUEST_SECONDS)
            return Report(AttemptOutcome.CANCELLED) if code == OK else self._details(taking)
        if standing.outcome in (AttemptOutcome.PENDING, AttemptOutcome.APPROVED):
            return Report(AttemptOutcome.CANCELLED)
        return standing

    def notified(self, headers: Mapping[str, str], body: bytes) -> Notified:  # noqa: ARG002
        """LINE Pay sends no signed notification: whatever claims to be one is not from it."""
        raise ForgedNotificationError

    def refund(self, refunding: Refunding) -> RefundReport:
        """Give back in whole or in part; several parts come to the whole at most."""
        body = {"refundAmount": refunding.amount}
        code, info = self._post(f"/v3/payments/{refunding.provider_reference}/refund", body, REFUND_SECONDS)
        if code == OK and isinstance(info, dict) and "refundTransactionId" in info:
            return RefundReport(RefundOutcome.DONE, str(info["refundTransactionId"]))
        if code not in REFUSED and code not in REFUND_REASONS and code != NO_TRANSACTION:
            return RefundReport(RefundOutcome.UNKNOWN)
        made = self.ask_refund(refunding)  # "already refunded" may be this very one, whose answer was lost
        if made.outcome is not RefundOutcome.NOT_FOUND:
            return made
        return RefundReport(RefundOutcome.REFUSED, reason=REFUND_REASONS.get(code, f"code_{code}"))

    def ask_refund(self, refunding: Refunding) -> RefundReport:
        """A refund of this amount in the payment's details that is none of those we know."""
        query = {"transactionId": refunding.provider_reference or "", "orderId": refunding.trade_number}
        code, info = self._get("/v3/payments", query, DETAILS_SECONDS)
        if code == NO_TRANSACTION:
            return RefundReport(RefundOutcome.NOT_FOUND)
        if code != OK or not isinstance(info, list):
            return RefundReport(RefundOutcome.UNKNOWN)
        for made in (entry for payment in _entries(info) for entry in _entries(payment.get("refundList"))):
            reference = str(made.get("refundTransactionId"))
            if made.get("refundAmount") in (refunding.amount, -refunding.amount) and reference not in refunding.known:
                return RefundReport(RefundOutcome.DONE, reference)
        return RefundReport(RefundOutcome.NOT_FOUND)

    def _details(self, taking: Taking) -> Report:
        query = {"orderId": taking.trade_number}
        if taking.provider_reference is not None:
            query = {"transactionId": taking.provider_reference, **query}
        code, info = self._get("/v3/payments", query, DETAILS_SECONDS)
        if code == NO_TRANSACTION:
            return self._no_payment(taking)
        if code != OK:
            raise OutsideError(f"code_{code}")
        for payment in _entries(info):
            if payment.get("orderId") == taking.trade_number and payment.get("transactionType") == "PAYMENT":
                return _standing(payment)
        return Report(AttemptOutcome.UNKNOWN)

    def _no_payment(self, taking: Taking) -> Report:
        """Details list what was paid: what is not there long after its end never was; before, it may be under way."""
        if taking.provider_reference is None:
            return Report(AttemptOutcome.NEVER_HEARD)
        over = self._clock.now() >= taking.expires_at + GRACE
        return Report(AttemptOutcome.EXPIRED if over else AttemptOutcome.UNKNOWN)

    def _post(self, path: str, fields: Mapping[str, Any], seconds: float) -> tuple[str, Any]:
        body = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        return self._call("POST", path, path, body, seconds)

    def _get(self, path: str, query: Mapping[str, str], seconds: float) -> tuple[str, Any]:
        sent = urlencode(query)
        return self._call("GET", path, f"{path}?{sent}" if sent else path, sent, seconds)

    def _call(self, method: str, path: str, target: str, signed: str, seconds: float) -> tuple[str, Any]:
        nonce = str(uuid.uuid4())
        headers = {
            "Content-Type": "application/json",
            "X-LINE-ChannelId": self._channel_id,
            "X-LINE-Authorization-Nonce": nonce,
            "X-LINE-Authorization": signature(self._secret, path, signed, nonce),
        }
        body = signed.encode() if method == "POST" else None
        answer = call(method, self._url + target, headers=headers, body=body, seconds=seconds)
        try:
            told = json.loads(answer.text)
            return str(told["returnCode"]), told.get("info")
        except (ValueError, TypeError, KeyError, AttributeError):
            raise OutsideError("not_json") from None


def signature(secret: str, path: str, sent: str, nonce: str) -> str:
    """X-LINE-Authorization: `sent` is the exact body of a POST, the query of a GET without its question mark."""
    digest = hmac.digest(secret.encode(), f"{secret}{path}{sent}{nonce}".encode(), hashlib.sha256)
    return base64.b64encode(digest).decode("ascii")


def _standing(payment: Mapping[str, Any]) -> Report:
    """A payment of the details list."""
    status, reference = payment.get("payStatus"), str(payment.get("transactionId"))
    if status == CAPTURED:
        return Report(AttemptOutcome.PAID, _paid(payment), reference, _moment(payment.get("transactionDate")))
    if status == HELD:  # held on the card, not taken
        return Report(AttemptOutcome.PENDING, provider_reference=reference)
    return Report(NO_MONEY.get(str(status), AttemptOutcome.UNKNOWN))


def _entries(told: object) -> Sequence[Mapping[str, Any]]:
    return [entry for entry in told if isinstance(entry, dict)] if isinstance(told, list) else []


def _paid(info: Any) -> int | None:
    """NT$ over all the means a citizen paid with: balance, card, points. None where the answer does not say."""
    try:
        amounts = [part["amount"] for part in info["payInfo"]]
    except (KeyError, TypeError):
        return None
    return sum(amounts) if amounts and all(isinstance(amount, int) for amount in amounts) else None


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
