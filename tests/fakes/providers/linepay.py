"""LINE Pay Online v3, strict: HTTP 200 always, `returnCode` tells; ids are 19-digit JSON numbers."""

import base64
import hashlib
import hmac
import itertools
import json
import re
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.providers.server import Answer, FakeProvider, Request, Trade

CHANNEL, SECRET = "1656789012", "a917ab6a2367b536f8e5a6e2977e06f4"
FIRST_ID = 2021121300698360310  # more than 2^53: whoever reads it as a double sends back …300


class FakeLinePay(FakeProvider):
    """States of a trade: waiting, approved, cancelled, failed, captured, held, voided."""

    def __init__(self) -> None:
        super().__init__()
        self.nonces: set[str] = set()
        self._refund_ids = itertools.count(FIRST_ID + 10**9)
        self.code_at_confirm = ""  # answered once instead of taking the money

    # What the citizen does in the app

    def approve(self, number: str) -> None:
        self._move(number, "waiting", "approved")

    def decline(self, number: str) -> None:
        self._move(number, "waiting", "failed")

    def cancel(self, number: str) -> None:
        self._move(number, "waiting", "cancelled")

    # The API

    def answer(self, request: Request) -> Answer:
        code, info = self._answer(request)
        told = {"returnCode": code, "returnMessage": "", **({"info": info} if info is not None else {})}
        return 200, "application/json", json.dumps(told)

    def _answer(self, request: Request) -> tuple[str, Any]:
        if not self._is_signed(request):
            return "1106", None
        if request.method == "GET":
            found = re.fullmatch(r"/v3/payments/requests/(\d+)/check", request.path)
            if found:
                return self._check(found[1]), None
            return self._details(request.query) if request.path == "/v3/payments" else ("2101", None)
        try:
            body = json.loads(request.body)
        except ValueError:
            return "2102", None
        if request.path == "/v3/payments/request":
            return self._request(body)
        found = re.fullmatch(r"/v3/payments/(?:authorizations/)?(\d+)/(confirm|refund|void)", request.path)
        trade = found and self._by_reference(found[1])
        if not trade:
            return "1150", None
        return {"confirm": self._confirm, "refund": self._refund, "void": self._void}[found[2]](trade, body)

    def _is_signed(self, request: Request) -> bool:
        nonce = request.headers.get("X-LINE-Authorization-Nonce", "")
        sent = request.body.decode() if request.method == "POST" else request.query
        digest = hmac.digest(SECRET.encode(), f"{SECRET}{request.path}{sent}{nonce}".encode(), hashlib.sha256)
        fresh = bool(nonce) and nonce not in self.nonces
        self.nonces.add(nonce)
        same = request.headers.get("X-LINE-Authorization") == base64.b64encode(digest).decode()
        return fresh and same and request.headers.get("X-LINE-ChannelId") == CHANNEL

    def _request(self, body: dict[str, Any]) -> tuple[str, Any]:
        parts = body.get("packages") or []
        sums = [sum(one["quantity"] * one["price"] for one in part["products"]) == part["amount"] for part in parts]
        urls = body.get("redirectUrls") or {}
        if not (
            body.get("orderId") and len(body["orderId"]) <= 100 and urls.get("confirmUrl") and urls.get("cancelUrl")
        ):
            return "2101", None
        if body.get("currency") != "TWD":
            return "1178", None
        if not isinstance(body.get("amount"), int) or body["amount"] <= 0:
            return "1183", None
        if body["amount"] != sum(part["amount"] for part in parts) or not all(sums):
            return "1124", None
        if body["orderId"] in self.trades:
            return "1172", None
        reference = str(FIRST_ID + len(self.trades))
        self.trades[body["orderId"]] = Trade(body["orderId"], reference, body["amount"], fields=body)
        page = f"{self.url}/page/{reference}"
        return "0000", {"transactionId": int(reference), "paymentUrl": {"web": page, "app": "line://pay/payment/x"}}

    def _check(self, reference: str) -> str:
        trade = self._by_reference(reference)
        codes = {"approved": "0110", "cancelled": "0121", "failed": "0122", "captured": "0123", "held": "0123"}
        return codes.get(trade.state, "0000") if trade else "1150"

    def _confirm(self, trade: Trade, body: dict[str, Any]) -> tuple[str, Any]:
        if self.code_at_confirm:
            code, self.code_at_confirm = self.code_at_confirm, ""
            return code, None
        if trade.state in ("captured", "held"):
            return "1152", None
        if trade.state != "approved":
            return "1169", None
        if body.get("currency") != "TWD" or body.get("amount") != trade.amount:
            return "1153", None
        capture = trade.fields.get("options", {}).get("payment", {}).get("capture", True)
        trade.state, trade.taken = ("captured", trade.amount) if capture else ("held", 0)
        return "0000", {
            "transactionId": int(trade.reference),
            "orderId": trade.number,
            "payInfo": _pay_info(trade.amount),
        }

    def _refund(self, trade: Trade, body: dict[str, Any]) -> tuple[str, Any]:
        left = trade.taken - sum(trade.refunds.values())
        amount = body.get("refundAmount", left)
        if trade.state != "captured":
            return "1155", None
        if left == 0:
            return "1165", None
        if not 0 < amount <= left:
            return "1164", None
        reference = str(next(self._refund_ids))
        trade.refunds[reference] = amount
        return "0000", {
            "refundTransactionId": int(reference),
            "refundTransactionDate": f"{trade.at:%Y-%m-%dT%H:%M:%SZ}",
        }

    def _void(self, trade: Trade, body: dict[str, Any]) -> tuple[str, Any]:
        if trade.state != "held":
            return "1155", None
        trade.state = "voided"
        return "0000", None

    def _details(self, query: str) -> tuple[str, Any]:
        asked = parse_qs(query)
        ids, orders = asked.get("transactionId", []), asked.get("orderId", [])
        status = {"captured": "CAPTURE", "held": "AUTHORIZATION", "voided": "VOIDED_AUTHORIZATION"}
        found = [
            {
                "transactionId": int(trade.reference),
                "transactionDate": f"{trade.at:%Y-%m-%dT%H:%M:%SZ}",
                "transactionType": "PAYMENT",
                "payInfo": _pay_info(trade.taken or trade.amount),
                "orderId": trade.number,
                "payStatus": status[trade.state],
                "refundList": [
                    {
                        "refundTransactionId": int(reference),
                        "refundAmount": -amount,
                        "transactionType": "PARTIAL_REFUND",
                    }
                    for reference, amount in trade.refunds.items()
                ],
            }
            for trade in self.trades.values()
            if trade.state in status and (trade.reference in ids or trade.number in orders)
        ]
        return ("0000", found) if found else ("1150", None)

    def _by_reference(self, reference: str) -> Trade | None:
        return next((trade for trade in self.trades.values() if trade.reference == reference), None)

    def _move(self, number: str, before: str, after: str) -> None:
        with self.lock:
            assert self.trades[number].state == before
            self.trades[number].state = after


def _pay_info(amount: int) -> list[dict[str, Any]]:
    return [{"method": "CREDIT_CARD", "amount": amount - 1}, {"method": "DISCOUNT", "amount": 1}]
