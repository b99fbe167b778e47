"""Cards around a payment with made-up content: records, files, the discount, the share button."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.amounts import money
from domain.dates import day_and_time
from domain.reader import Reader
from flex_templates import pay_link, records, store_code
from flex_templates.card import Press
from flex_templates.person import anyone
from flex_templates.punctuation import beside
from services.fees import load_fees

NOW = datetime(2026, 12, 20, 6, 2, tzinfo=UTC)
PAGE = "https://pay.example.gov.tw/p/" + "a" * 48
RECEIPT = "https://pay.example.gov.tw/r/" + "a" * 48
CHOICES = ("選擇月份", "選擇繳費項目", "選擇車牌", "以單號查詢", "年度停車費明細")


def _payment(reader: Reader, *, lines: int, trial: bool = False, refunded: int = 0) -> records.Payment:
    item = load_fees().name(reader, "parking")
    bill = (item, beside(reader, money(reader, 40), "ABC-1234", "Q70885062951261"))
    return records.Payment(day_and_time(reader, NOW, NOW.date()), 40 * lines, refunded, [bill] * lines, RECEIPT, trial)


def _page(reader: Reader, count: int) -> dict[str, Any]:
    payments = [_payment(reader, lines=1 + 9 * (nth % 2), trial=nth == 0, refunded=20 * nth) for nth in range(count)]
    shown = records.Shown(
        chosen=[(reader.t("月份"), "2026/12")],
        payments=payments,
        doors=[Press(reader.t(label), f"records.by_month?n={nth}") for nth, label in enumerate(CHOICES)],
        files=Press(reader.t("下載 PDF 或 CSV"), "records.files"),
        older=Press(reader.t("看更早的繳費"), "records.show?page=1"),
    )
    return records.page(reader, shown, anyone(reader))


CARDS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "payment records": lambda r: _page(r, 6),
    "no payment of this choice": lambda r: _page(r, 0),
    "no payment": lambda r: records.page(r, records.Shown([], [], [], None, None), anyone(r)),
    "choose a month": lambda r: records.choose(
        r, r.t("選擇月份"), [Press(f"2026/{12 - nth:02}", f"records.show?month={nth}") for nth in range(10)]
    ),
    "files of payments": lambda r: records.files_ready(r, r.t("下載繳費紀錄"), PAGE, 10, anyone(r)),
    "store barcode": lambda r: store_code.beside_picture(
        r,
        number="Q70885062951261",
        amount=1140,
        pay_by=NOW.date(),
        today=NOW.date(),
        page=1,
        count=3,
        following=Press(r.t("下一張條碼"), "store_codes.page?page=2"),
    ),
    "pay link with a discount": lambda r: pay_link.message(
        r,
        PAGE,
        count=1,
        total=10,
        discount=10,
        expires_at=NOW + timedelta(hours=24),
        now=NOW,
        store_code=Press(r.t("超商條碼"), "store_codes.show?plate=ABC-1234&kind=car"),
    ),
}
