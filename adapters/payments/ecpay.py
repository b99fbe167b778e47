"""ECPay (綠界) all-in-one: card, ATM account, store code, store barcode (facts/taiwan.md §5.3, §7.1).

The citizen's browser carries the signed order to ECPay's page; we call ECPay only to ask. A number issued for an ATM or
a store is not money: it can be paid until its end, cannot be withdrawn, and ECPay never tells that it has run out.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

from domain.clock import TAIPEI, Clock
from domain.errors import OutsideError, Retry
from domain.orders import ATTEMPT_LIFE
from domain.ports.payments import AttemptOutcome, ForgedNotificationError, Notified, Report, Started, Taking
from domain.ports.refunds import BY_HAND, Refunding, RefundOutcome, RefundReport
from domain.reader import msgid
from infra.exchange import call

URL = "https://payment.ecpay.com.tw"
ORDER, QUERY, NUMBER, ACTION = (
    "/Cashier/AioCheckOut/V5", "/Cashier/QueryTradeInfo/V5", "/Cashier/QueryPaymentInfo", "/CreditDetail/DoAction",
)  # fmt: skip

SECONDS = 10.0
FORBIDDEN = 403  # asked too often
NOT_OFFERED = "WebATM#ApplePay#TWQR#BNPL#WeiXin"  # left: card, ATM, store code, store barcode
UNPAID, PAID, NOT_MADE, NO_TRADE = "0", "1", "10200095", "10200047"
NUMBER_ISSUED = frozenset({"2", "10100073"})  # ATM; store code and store barcode
CREDIT = "Credit"
CARD_GRACE = timedelta(minutes=10)  # a bank may answer so much later; until then 未付款 is not the end of it
NUMBER_GRACE = {"ATM": timedelta(days=1), "CVS": timedelta(days=1), "BARCODE": timedelta(days=4)}  # §7.1: ~2 days late
DOT_NET = {"%2d": "-", "%5f": "_", "%2e": ".", "%21": "!", "%2a": "*", "%28": "(", "%29": ")"}


class EcPay:
    """A merchant's account at ECPay, as PaymentProvider and GivesBack."""

    key = "ecpay"
    name = msgid("綠界 ECPay（信用卡、ATM、超商）")
    fee = 0
    closes = False  # a page that is open, or a number that was issued, can be paid whatever we do

    def __init__(self, merchant_id: str, hash_key: str, hash_iv: str, clock: Clock, url: str = URL) -> None:
        self._merchant_id = merchant_id
        self._hash_key = hash_key
        self._hash_iv = hash_iv
        self._clock = clock
        self._url = url
        self.page_origins: Sequence[str] = ("{}://{}".format(*urlsplit(url)[:2]),)

    def start(self, taking: Taking) -> Started:
        """The signed order for the citizen's browser to carry; ECPay hears of it from there."""
        made_at = (taking.expires_at - ATTEMPT_LIFE).astimezone(TAIPEI)
        form = {
            "MerchantID": self._merchant_id,
            "MerchantTradeNo": taking.trade_number,
            "MerchantTradeDate": f"{made_at:%Y/%m/%d %H:%M:%S}",
            "PaymentType": "aio",
            "TotalAmount": str(taking.amount),
            "TradeDesc": taking.title,
            "ItemName": taking.title,
            "ReturnURL": taking.notify_url,
            "PaymentInfoURL": taking.notify_url,
            "ClientBackURL": taking.return_url,
            "ChoosePayment": "ALL",
            "IgnorePayment": NOT_OFFERED,
            "EncryptType": "1",
        }
        return Started(self._url + ORDER, form=self._signed(form))

    def confirm(self, taking: Taking) -> Report:
        """ECPay takes the money on its own page; there is nothing left to do."""
        return self.ask(taking)

    def ask(self, taking: Taking) -> Report:
        """How the trade stands. Not found means that the browser has not carried it there: it may until its end."""
        trade = self._query(QUERY, taking.trade_number)
        status, means = trade.get("TradeStatus"), trade.get("PaymentType", "")
        if status == PAID:
            paid_at = _moment(trade.get("PaymentDate", ""))
            return Report(AttemptOutcome.PAID, _number(trade.get("TradeAmt")), trade.get("TradeNo") or None, paid_at)
        if status == NOT_MADE:
            return Report(AttemptOutcome.FAILED)
        if status == UNPAID and means.partition("_")[0] in NUMBER_GRACE:
            return self._number_standing(taking.trade_number, means.partition("_")[0])
        if status in (UNPAID, NO_TRADE):
            over = self._clock.now() >= taking.expires_at + CARD_GRACE
            return Report(AttemptOutcome.EXPIRED if over else AttemptOutcome.PENDING)
        raise OutsideError("unknown_status")

    def withdraw(self, taking: Taking) -> Report:
        """ECPay closes nothing on our word."""
        return self.ask(taking)

    def notified(self, headers: Mapping[str, str], body: bytes) -> Notified:  # noqa: ARG002
        """Read a payment result or an issued number, signed by CheckMacValue. A simulated payment is no payment."""
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        if not self._is_signed(fields) or fields.get("MerchantID") != self._merchant_id:
            raise ForgedNotificationError
        if fields.get("SimulatePaid", "0") != "0":
            raise ForgedNotificationError
        return Notified(fields.get("MerchantTradeNo", ""), "1|OK")

    def refund(self, refunding: Refunding) -> RefundReport:
        """Only a card can be given back to by ECPay; ATM and store money goes back by bank transfer (by_hand)."""
        trade = self._query(QUERY, refunding.trade_number)
        if not trade.get("PaymentType", "").startswith(CREDIT):
            return RefundReport(RefundOutcome.REFUSED, reason=BY_HAND)
        fields = {
            "MerchantID": self._merchant_id,
            "MerchantTradeNo": refunding.trade_number,
            "TradeNo": refunding.provider_reference or "",
            "Action": "R",
            "TotalAmount": str(refunding.amount),
        }
        told = self._post(ACTION, fields)
        code = dict(parse_qsl(told)).get("RtnCode") or told.partition("|")[0]  # both forms are documented
        if code == "1":
            return RefundReport(RefundOutcome.DONE, refunding.refund_number)
        if _number(code) is None:
            return RefundReport(RefundOutcome.UNKNOWN)
        return RefundReport(RefundOutcome.REFUSED, reason=f"code_{code}"[:32])

    def ask_refund(self, refunding: Refunding) -> RefundReport:  # noqa: ARG002
        """ECPay tells of refunds only on its merchants' pages: staff look there and say."""
        return RefundReport(RefundOutcome.UNKNOWN)

    def _number_standing(self, trade_number: str, means: str) -> Report:
        """An issued number: payable until its end, and the money may be told of later still."""
        issued = self._query(NUMBER, trade_number)
        if issued.get("RtnCode") not in NUMBER_ISSUED:
            raise OutsideError("unknown_answer")
        payable_until = _moment(issued.get("ExpireDate", ""))
        if payable_until is None:
            raise OutsideError("unknown_answer")
        over = self._clock.now() >= payable_until + NUMBER_GRACE[means]
        return Report(AttemptOutcome.EXPIRED) if over else Report(AttemptOutcome.PENDING, payable_until=payable_until)

    def _query(self, path: str, trade_number: str) -> Mapping[str, str]:
        """Ask with a time stamp that holds for three minutes; the answer is signed, and of our account."""
        stamp = str(int(self._clock.now().timestamp()))
        fields = {"MerchantID": self._merchant_id, "MerchantTradeNo": trade_number, "TimeStamp": stamp}
        told = dict(parse_qsl(self._post(path, fields), keep_blank_values=True))
        if not self._is_signed(told):
            raise OutsideError("wrong_signature")
        if (told.get("MerchantID"), told.get("MerchantTradeNo")) != (self._merchant_id, trade_number):
            raise OutsideError("another_trade")
        return told

    def _post(self, path: str, fields: Mapping[str, str]) -> str:
        body = urlencode(self._signed(fields)).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = call("POST", self._url + path, headers=headers, body=body, seconds=SECONDS)
        if answer.status == FORBIDDEN:
            raise OutsideError("too_many", Retry.THROTTLE)
        if answer.status != 200:
            raise OutsideError(f"http_{answer.status}")
        return answer.text

    def _signed(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        return {**fields, "CheckMacValue": check_mac_value(fields, self._hash_key, self._hash_iv)}

    def _is_signed(self, fields: Mapping[str, str]) -> bool:
        wanted = check_mac_value(fields, self._hash_key, self._hash_iv)
        return hmac.compare_digest(wanted.encode(), fields.get("CheckMacValue", "").encode())


def check_mac_value(fields: Mapping[str, str], hash_key: str, hash_iv: str) -> str:
    """CheckMacValue of a form, EncryptType 1 (SHA-256). Empty values count; the field itself does not."""
    pairs = sorted(((name, value) for name, value in fields.items() if name != "CheckMacValue"), key=_by_name)
    line = "&".join(f"{name}={value}" for name, value in [("HashKey", hash_key), *pairs, ("HashIV", hash_iv)])
    text = quote_plus(line).replace("~", "%7e").lower()
    for escaped, plain in DOT_NET.items():
        text = text.replace(escaped, plain)
    return hashlib.sha256(text.encode()).hexdigest().upper()


def _by_name(pair: tuple[str, str]) -> str:
    return pair[0].lower()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _moment(text: str) -> datetime | None:
    """`2026/11/21 15:04:05` of Taiwan; a day alone lasts to its end."""
    for form, end in (("%Y/%m/%d %H:%M:%S", timedelta()), ("%Y/%m/%d", timedelta(days=1))):
        try:
            return datetime.strptime(text, form).replace(tzinfo=TAIPEI) + end
        except ValueError:
            continue
    return None
