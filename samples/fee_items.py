"""Cards about fee items, bound numbers and 身分證字號."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from domain.bills import Bill, BillStatus, PayableKey, PayableType
from domain.bindings import IdentifierBinding
from domain.dates import day_and_time
from domain.feeitems import Fees, Identifier
from domain.notices import Topic
from domain.reader import Reader
from domain.reminders import Fact
from domain.slots import Slot
from domain.vehicles import VehicleKind
from flex_templates import bills, closed, fee_items, identifiers, national_id, reminder
from flex_templates.answer import Answer, Owed
from flex_templates.card import Card, Link, Press
from flex_templates.person import anyone
from services.fees import load_fees

TODAY = date(2026, 12, 20)
NOW = datetime(2026, 12, 20, 6, 2, tzinfo=UTC)
WATER = Identifier("water", "9112430446")
PAGE = "https://pay.example.gov.tw/p/" + "a" * 48
PERSON_PAGE = "https://pay.example.gov.tw/person/" + "a" * 48
FEES: Fees = load_fees()


def _named(reader: Reader) -> str:
    return f"{FEES.identifier_name(reader, WATER.fee_item)} {WATER.number}"


def _owed(reader: Reader) -> Answer:
    bill = Bill(
        agency="WTR",
        number="W2026110001",
        plate="",
        kind=VehicleKind.OTHER,
        parked_on=None,
        deadline=date(2026, 12, 31),
        status=BillStatus.OPEN,
        amount=280,
        pay_amount=280,
        fee_item=WATER.fee_item,
        source="ledger",
        identifier=WATER.number,
    )
    agency, item = reader.t("收費機關"), FEES.name(reader, WATER.fee_item)
    owed = Owed(bill, "", agency, None, item=item, identifier=(FEES.identifier_name(reader, "water"), WATER.number))
    answer = _answer(reader, [owed])
    answer.pay_all, answer.pay_all_amount = Link(reader.t("繳費 {amount}", amount="280"), PAGE), 280
    return answer


def _answer(reader: Reader, owed: list[Owed], **changes: Any) -> Answer:
    return Answer(
        vehicle=_named(reader),
        now=NOW,
        today=TODAY,
        asked_at=NOW,
        owed=owed,
        total=sum(one.payable.pay_amount for one in owed),
        again=Press(reader.t("再查一次"), "tickets.again"),
        offers=[Press(reader.t("綁定{number}", number=FEES.identifier_name(reader, "water")), "identifiers.bind")],
        of_numbers=True,
        what=FEES.name(reader, "water"),
        **changes,
    )


def _bound(reader: Reader, title: str = "") -> Card:
    binding = IdentifierBinding(WATER, Slot(13, 18), TODAY)
    buttons = [Press(reader.t("解除綁定"), "identifiers.unbind")]
    return identifiers.card(reader, FEES.name(reader, "water"), _named(reader), binding, TODAY, buttons, title)


def _closed(reader: Reader) -> tuple[str, str, str]:
    """Item, agency and number."""
    return FEES.name(reader, "water"), reader.t("收費機關"), "W2026110001"


def _reminded(reader: Reader) -> dict[str, Any]:
    key = PayableKey("WTR", PayableType.BILL, "W2026110001")
    fact = Fact(Topic.DUE_SOON, key, date(2026, 12, 23), 280, "water")
    fewer = Press(reader.t("通知設定"), "notice_settings.begin")
    return reminder.due(reader, [fact], TODAY, PAGE, None, fewer, anyone(reader))


CARDS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "water bill": lambda r: bills.message(r, _owed(r), anyone(r)),
    "water bill, nothing due": lambda r: bills.message(r, _answer(r, [], nothing_due=[r.t("收費機關")]), anyone(r)),
    "water number nobody has billed": lambda r: bills.message(r, _answer(r, [], unknown=[_named(r)]), anyone(r)),
    "fee item, what to know": lambda r: fee_items.about(r, FEES.items["water"], "", []),
    "fee items, which": lambda r: fee_items.which(
        r, r.t("請選擇繳費項目"), [(item, f"fee_items.show?item={key}") for key, item in FEES.items.items()]
    ),
    "number not known": lambda r: fee_items.not_known(
        r,
        r.t("這個號碼目前沒有帳單，不代表沒有欠費。綁定後，有新帳單會提醒您。若是停車單，請改為輸入車牌。"),
        anyone(r),
        [],
    ),
    "bill paid here": lambda r: closed.message(r, *_closed(r), day_and_time(r, NOW, date(2026, 12, 21)), anyone(r)),
    "bill paid elsewhere": lambda r: closed.message(r, *_closed(r), "", anyone(r)),
    "bill withdrawn": lambda r: closed.message(r, *_closed(r), "", anyone(r), withdrawn=True),
    "number bound": lambda r: identifiers.all_of(r, [_bound(r, r.t("綁定完成"))]),
    "my numbers": lambda r: identifiers.all_of(r, [_bound(r), _bound(r)]),
    "no numbers": lambda r: identifiers.none_bound(r, [], anyone(r)),
    "unbind a number": lambda r: identifiers.confirm_unbinding(r, _named(r), Press(r.t("解除綁定"), "b.c~1?a=yes")),
    "number unbound": lambda r: identifiers.unbound(r, _named(r)),
    "reminder of a water bill": _reminded,
    "national id typed": lambda r: national_id.take_back(r, Press(r.t("取得查詢頁"), "national_id.begin"), anyone(r)),
    "national id page": lambda r: national_id.page(r, Link(r.t("開啟查詢頁"), PERSON_PAGE), anyone(r)),
    "national id, nobody": lambda r: national_id.nobody(r, anyone(r)),
}
