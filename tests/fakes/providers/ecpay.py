"""ECPay all-in-one, strict: signed forms, numbers unique for ever, a time stamp that holds for three minutes."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from tests.fakes.providers.server import Answer, FakeProvider, Request, Trade

MERCHANT, HASH_KEY, HASH_IV = "3002607", "pwFHCqoQZGmho4w6", "EkRm7iFT261dpevs"  # published for tests
TAIPEI = ZoneInfo("Asia/Taipei")
REQUIRED = ("MerchantTradeDate", "TotalAmount", "TradeDesc", "ItemName", "ReturnURL", "ChoosePayment")


class FakeEcPay(FakeProvider):
    """States of a trade: waiting, issued (a number for ATM or store), paid, failed. `now`: what its clock shows."""

    now: Callable[[], datetime] = staticmethod(lambda: datetime.now(UTC))

    # What the citizen does on the page

    def carry(self, form: Mapping[str, str]) -> str:
        """The browser brings the order; what the page says, 付款 when it was taken."""
        fields = dict(form)
        if fields.pop("CheckMacValue", "") != mac(fields) or fields.get("MerchantID") != MERCHANT:
            return "10200073"
        number, amount = fields.get("MerchantTradeNo", ""), fields.get("TotalAmount", "")
        if not re.fullmatch(r"[0-9A-Za-z]{1,20}", number) or not re.fullmatch(r"[1-9][0-9]*", amount):
            return "10200052"
        if any(not fields.get(name) for name in REQUIRED) or (fields["PaymentType"], fields["EncryptType"]) != (
            "aio",
            "1",
        ):
            return "10200052"
        if len(fields["ItemName"]) > 400 or any(
            len(fields.get(url, "")) > 200 for url in ("ReturnURL", "ClientBackURL")
        ):
            return "10200052"
        datetime.strptime(fields["MerchantTradeDate"], "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007 - the form carries no zone
        with self.lock:
            if number in self.trades:
                return "10300028"
            reference = f"2611211504{len(self.trades):06}"
            self.trades[number] = Trade(number, reference, int(amount), fields=fields)
        return "付款"

    def pay(self, number: str, means: str = "Credit_CreditCard") -> None:
        """By card, or at the ATM or store with the number issued before."""
        with self.lock:
            trade = self.trades[number]
            assert trade.state in ("waiting", "issued")
            trade.fields.setdefault("means", means)
            trade.state, trade.taken, trade.at = "paid", trade.amount, datetime.now(UTC)

    def decline(self, number: str) -> None:
        self.trades[number].state = "failed"

    def issue(self, number: str, means: str, until: datetime) -> None:
        """The citizen chose ATM_…, CVS_… or BARCODE_…: a number to pay with, good until then."""
        trade = self.trades[number]
        trade.state = "issued"
        trade.fields |= {"means": means, "until": until.astimezone(TAIPEI)}

    def notification(self, number: str, **changes: str) -> bytes:
        """The signed form to ReturnURL or PaymentInfoURL."""
        trade = self.trades[number]
        fields = {
            "MerchantID": MERCHANT,
            "MerchantTradeNo": number,
            "RtnCode": {"paid": "1", "issued": "2"}.get(trade.state, "10200058"),
            "RtnMsg": "交易成功",
            "TradeNo": trade.reference,
            "TradeAmt": str(trade.amount),
            "SimulatePaid": "0",
            "CustomField1": "",
            **changes,
        }
        return urlencode({**fields, "CheckMacValue": mac(fields)}).encode()

    # The API

    def answer(self, request: Request) -> Answer:
        fields = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        if request.method != "POST" or fields.pop("CheckMacValue", "") != mac(fields):
            return 200, "text/html", "0|CheckMacValue Error"
        if request.path == "/CreditDetail/DoAction":
            return 200, "text/html", self._act(fields)
        if abs(self.now().timestamp() - int(fields.get("TimeStamp", "0"))) > 180:
            return 200, "text/html", "0|TimeStamp Error"
        trade = self.trades.get(fields.get("MerchantTradeNo", ""))
        told = self._info(trade) if request.path == "/Cashier/QueryTradeInfo/V5" else self._number(trade)
        told = {"MerchantID": MERCHANT, "MerchantTradeNo": fields.get("MerchantTradeNo", ""), **told}
        return 200, "text/html", urlencode({**told, "CheckMacValue": mac(told)})

    def _info(self, trade: Trade | None) -> dict[str, str]:
        if trade is None:
            return {"TradeStatus": "10200047", "TradeNo": "", "TradeAmt": "0", "PaymentType": "", "PaymentDate": ""}
        paid = trade.state == "paid"
        return {
            "TradeStatus": {"paid": "1", "failed": "10200095"}.get(trade.state, "0"),
            "TradeNo": trade.reference,
            "TradeAmt": str(trade.taken or trade.amount),
            "PaymentType": str(trade.fields.get("means", "")),
            "PaymentDate": f"{trade.at.astimezone(TAIPEI):%Y/%m/%d %H:%M:%S}" if paid else "",
            "ItemName": str(trade.fields["ItemName"]),
        }

    @staticmethod
    def _number(trade: Trade | None) -> dict[str, str]:
        if trade is None or "until" not in trade.fields:
            return {"RtnCode": "10200047"}
        means, until = trade.fields["means"], trade.fields["until"]
        atm = means.startswith("ATM")
        day = until - timedelta(seconds=1)
        return {
            "RtnCode": "2" if atm else "10100073",
            "PaymentType": means,
            "ExpireDate": f"{day:%Y/%m/%d}" if atm else f"{until:%Y/%m/%d %H:%M:%S}",
        }

    def _act(self, fields: Mapping[str, str]) -> str:
        trade = self.trades.get(fields["MerchantTradeNo"])
        if trade is None or trade.reference != fields["TradeNo"] or fields["Action"] != "R":
            return urlencode({"RtnCode": "10100050", "RtnMsg": "error"})
        if not trade.fields["means"].startswith("Credit"):
            return urlencode({"RtnCode": "10100055", "RtnMsg": "not a card"})
        amount = int(fields["TotalAmount"])
        if sum(trade.refunds.values()) + amount > trade.taken:
            return urlencode({"RtnCode": "10100061", "RtnMsg": "over amount"})
        trade.refunds[str(len(trade.refunds))] = amount
        return urlencode({"MerchantID": MERCHANT, "MerchantTradeNo": trade.number, "RtnCode": "1", "RtnMsg": "OK"})


def mac(fields: Mapping[str, str]) -> str:
    """CheckMacValue, written from the document and apart from the adapter: PHP's urlencode, then .NET's letters."""
    names = sorted(fields, key=str.lower)
    plain = "&".join([f"HashKey={HASH_KEY}", *(f"{name}={fields[name]}" for name in names), f"HashIV={HASH_IV}"])
    kept = set(b"-_.!*()")
    out = "".join(
        chr(byte) if (chr(byte).isalnum() and byte < 128) or byte in kept else "+" if byte == 32 else f"%{byte:02x}"
        for byte in plain.encode()
    )
    return hashlib.sha256(out.lower().encode()).hexdigest().upper()
