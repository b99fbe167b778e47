"""JKOPay online, strict: DIGEST over the exact bytes, one order per number, refunds idempotent by their number."""

import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from tests.fakes.providers.server import Answer, FakeProvider, Request, Trade

STORE, API_KEY, SECRET = "c1101e2b-b5a6-11e8-9a4e-0ab9182841ae", "a key of the store", "a secret of the store"
TAIPEI = ZoneInfo("Asia/Taipei")


class FakeJkoPay(FakeProvider):
    """States of a trade: waiting, working, paid. A refusal or a walk-away leaves it waiting until its valid time."""

    def __init__(self) -> None:
        super().__init__()
        self.refund_numbers: dict[str, tuple[str, int]] = {}  # ours -> reference, amount

    # What the citizen does in the app

    def pay(self, number: str) -> None:
        with self.lock:
            trade = self.trades[number]
            assert trade.state in ("waiting", "working")
            trade.state, trade.taken = "paid", trade.amount

    def notification(self, number: str) -> tuple[dict[str, str], bytes]:
        """The signed JSON to result_url."""
        body = json.dumps({"transaction": self._told(self.trades[number])}).encode()
        return {"Digest": _digest(body)}, body

    # The API

    def answer(self, request: Request) -> Answer:
        code, told = self._answer(request)
        return 200, "application/json", json.dumps({"result": code, "message": None, "result_object": told})

    def _answer(self, request: Request) -> tuple[str, Any]:
        sent = request.body if request.method == "POST" else request.query.encode()
        headers = {name.upper(): value for name, value in request.headers.items()}
        if headers.get("API-KEY") != API_KEY or headers.get("DIGEST") != _digest(sent):
            return "201", None
        if (request.method, request.path) == ("GET", "/platform/inquiry"):
            wanted = parse_qs(request.query)["platform_order_ids"][0].split(",")
            unknown = [{"platform_order_id": number, "status": 102} for number in wanted if number not in self.trades]
            known = [self._told(self.trades[number]) for number in wanted if number in self.trades]
            return "000", {"transactions": unknown + known}
        body = json.loads(request.body)
        if request.path == "/platform/entry":
            return self._entry(body)
        return self._refund(body) if request.path == "/platform/refund" else ("200", None)

    def _entry(self, body: dict[str, Any]) -> tuple[str, Any]:
        number, amount = body.get("platform_order_id", ""), body.get("final_price")
        if not re.fullmatch(r"\S{1,60}", number) or body.get("store_id") != STORE or body.get("currency") != "TWD":
            return "200", None
        if not isinstance(amount, int) or amount <= 0 or body.get("total_price", 0) < amount or "unredeem" not in body:
            return "200", None
        datetime.strptime(body["valid_time"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - in Taiwan's time by definition
        trade = self.trades.setdefault(number, Trade(number, f"J00{len(self.trades):017}", amount, fields=body))
        if trade.state == "paid":
            return "101", None
        if trade.amount != amount:
            return "200", None
        return "000", {"payment_url": f"{self.url}/web/{trade.reference}", "qr_img": "", "qr_timeout": 600}

    def _refund(self, body: dict[str, Any]) -> tuple[str, Any]:
        trade = self.trades.get(body.get("platform_order_id", ""))
        if trade is None or trade.state != "paid":
            return "100", None
        number, amount = body["refund_order_id"], body["refund_amount"]
        if number in self.refund_numbers:
            reference, before = self.refund_numbers[number]
            return ("000", self._refunded(reference, amount)) if before == amount else ("105", None)
        if not 0 < amount <= trade.taken - sum(trade.refunds.values()):
            return "103", None
        reference = f"R00{len(self.refund_numbers):017}"
        trade.refunds[reference] = amount
        self.refund_numbers[number] = (reference, amount)
        return "000", self._refunded(reference, amount)

    @staticmethod
    def _refunded(reference: str, amount: int) -> dict[str, str]:
        return {"refund_tradeNo": reference, "debit_amount": str(amount), "redeem_amount": "0", "refund_time": ""}

    @staticmethod
    def _told(trade: Trade) -> dict[str, Any]:
        if trade.state != "paid":
            return {"platform_order_id": trade.number, "status": {"waiting": 101, "working": 1}[trade.state]}
        return {
            "platform_order_id": trade.number,
            "status": 0,
            "tradeNo": trade.reference,
            "trans_time": f"{trade.at.astimezone(TAIPEI):%Y-%m-%d %H:%M:%S}",
            "final_price": f"{trade.taken}.00",
            "redeem_amount": "1",
            "debit_amount": str(trade.taken - 1),
            "refund_history": [
                {"refund_tradeNo": reference, "amount": str(amount)} for reference, amount in trade.refunds.items()
            ],
        }


def _digest(sent: bytes) -> str:
    return hmac.new(SECRET.encode(), sent, hashlib.sha256).hexdigest()
