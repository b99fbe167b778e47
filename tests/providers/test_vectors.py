"""Signatures of the providers, by published and recomputed vectors (facts §5.1, §5.3; open-doc.jkos.com)."""

import pytest

from adapters.payments import ecpay, jkopay, linepay
from tests.fakes.providers.ecpay import mac

SECRET, NONCE = "a917ab6a2367b536f8e5a6e2977e06f4", "00000000-0000-0000-0000-000000000000"
LINE_PAY = [
    (
        "/v3/payments/2021121300698360310/confirm",
        '{"amount":50,"currency":"TWD"}',
        "aOuYgiwwIW85qy24B2QJbFzb6GuVOCaVE8HL0AkWm8s=",
    ),
    (
        "/v3/payments",
        "transactionId=2021121300698360310&orderId=Q7078443D090047-1",
        "JARHVMngns7XST8NumD57WV2J34aIl517Ey8K6cAv30=",
    ),
    ("/v3/payments/requests/2021121300698360310/check", "", "XkoNFNp62lUBkMKxk4rzleRkcvQQw9PQ5CjKMMr+QEU="),
]

NEW, OLD = ("pwFHCqoQZGmho4w6", "EkRm7iFT261dpevs"), ("5294y06JbISpM5x9", "v77hoKGq4kWxNNIS")
ORDER = {
    "TradeDesc": "促銷方案",
    "PaymentType": "aio",
    "ReturnURL": "https://www.ecpay.com.tw/receive.php",
    "ChoosePayment": "ALL",
    "EncryptType": "1",
}
ECPAY = [
    (
        NEW,
        ORDER
        | {
            "MerchantTradeDate": "2023/03/12 15:30:23",
            "MerchantTradeNo": "ecpay20230312153023",
            "MerchantID": "3002607",
            "ItemName": "Apple iphone 15",
            "TotalAmount": "30000",
        },
        "6C51C9E6888DE861FD62FB1DD17029FC742634498FD813DC43D4243B5685B840",
    ),
    (
        OLD,
        ORDER
        | {
            "MerchantTradeDate": "2013/03/12 15:30:23",
            "MerchantTradeNo": "ecpay20130312153023",
            "MerchantID": "2000132",
            "ItemName": "Apple iphone 7 手機殼",
            "TotalAmount": "1000",
        },
        "CFA9BDE377361FBDD8F160274930E815D1A8A2E3E80CE7D404C45FC9A0A1E407",
    ),
    (
        NEW,
        {"MerchantID": "3002607", "ItemName": "Tom's Shop", "TotalAmount": "100"},
        "CF0A3D4901D99459D8641516EC57210700E8A5C9AB26B1D021301E9CB93EF78D",
    ),
    (
        NEW,
        {"MerchantID": "3002607", "ItemName": "Test~Product", "TotalAmount": "200"},
        "CEEAE01D2F9A8E74D4AC0DCE7735B046D73F35A5EC99558A31A2EE03159DA1C9",
    ),
    (
        NEW,
        {"MerchantID": "3002607", "ItemName": "My Test Product", "TotalAmount": "300"},
        "7712A5E6EDC3B57086063C88568084C66CE882A21D40E74DE5ACA3B478C6F316",
    ),
]


@pytest.mark.parametrize(("path", "sent", "signature"), LINE_PAY)
def test_line_pay_signatures(path: str, sent: str, signature: str) -> None:
    assert linepay.signature(SECRET, path, sent, NONCE) == signature


def test_line_pay_is_waited_for_as_its_documentation_asks() -> None:
    waits = (linepay.REQUEST_SECONDS, linepay.CHECK_SECONDS, linepay.CONFIRM_SECONDS, linepay.REFUND_SECONDS)
    assert (*waits, linepay.DETAILS_SECONDS) == (20, 20, 40, 20, 60)


@pytest.mark.parametrize(("keys", "fields", "value"), ECPAY)
def test_ecpay_check_mac_values(keys: tuple[str, str], fields: dict[str, str], value: str) -> None:
    assert ecpay.check_mac_value(fields, *keys) == value
    assert ecpay.check_mac_value(fields | {"CheckMacValue": "whatever"}, *keys) == value


def test_an_empty_value_counts_and_a_missing_one_does_not() -> None:
    assert ecpay.check_mac_value({"a": "1", "b": ""}, *NEW) != ecpay.check_mac_value({"a": "1"}, *NEW)


@pytest.mark.parametrize("odd", ["it's ~100% (a*b)!-_.", "車號 ABC-1234", "a+b&c=d", "　全形", "%2d", ""])
def test_the_fake_ecpay_signs_alike_by_a_way_of_its_own(odd: str) -> None:
    fields = {"MerchantID": "3002607", "ItemName": odd}
    assert mac(fields) == ecpay.check_mac_value(fields, *NEW)


def test_jkopay_digest_of_its_own_documentation() -> None:
    query = b"platform_order_ids=87,88"
    assert jkopay.digest("QxN1X", query) == "a0836fefb028ea7493118c8b5eb6752113f552ac8ef35f3cb8cda91808c77188"
