"""Fee items (繳費項目) as data: what a bill is for, how it is found, and what paying it by phone takes off. Pure.

The data is config/fees.toml; services/fees.py reads it.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.bills import Bill, BillStatus, Payable
from domain.reader import Language, Reader, msgid
from domain.vehicles import VehicleKind

PARKING = "parking"
PASS = "pass"  # noqa: S105 - a monthly pass (月票): no agency's bill, sold here
OWN_LEDGER = "ledger"  # Payable.source of bills that agencies gave us: only for these are the amounts ours to lower


class LookupKey(StrEnum):
    """What a bill is found by."""

    PLATE = "plate"  # 車號
    NUMBER = "number"  # 帳單編號、銷帳編號, on the paper slip
    IDENTIFIER = "identifier"  # 水號、電號: by what its agency knows whose bills are whose
    ID_AND_BIRTHDAY = "id_and_birthday"  # 身分證字號＋生日
    STORE_BARCODE = "store_barcode"  # 超商三段式條碼
    MEMBER = "member"  # the agency's own signed-in member (台中通 全功能會員)


class AfterDeadline(StrEnum):
    """What becomes of a bill once its last day has passed."""

    DUNNED = "dunned"  # a dunning notice (催繳單) follows and is paid in its place
    ASK_AGENCY = "ask_agency"  # the agency says what is owed then


class RefundWay(StrEnum):
    """How money that paid nothing goes back."""

    AS_PAID = "as_paid"  # by whom it was taken, else by bank transfer
    AGENCY = "agency"  # taken by the agency's own platform, so given back by it


AFTER_DEADLINE: Mapping[AfterDeadline, str] = {
    AfterDeadline.DUNNED: msgid("寄發催繳單，並加收工本費"),
    AfterDeadline.ASK_AGENCY: msgid("應繳金額請先洽機關"),
}
REFUNDS: Mapping[RefundWay, str] = {
    RefundWay.AS_PAID: msgid("退回原付款方式，不能退回時改以匯款"),
    RefundWay.AGENCY: msgid("由收費機關的平台退還"),
}


@dataclass(frozen=True, slots=True)
class Texts:
    """One text in both languages."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """In the reader's language."""
        return self.en if language is Language.EN else self.zh


@dataclass(frozen=True, slots=True)
class Discount:
    """優惠: NT$ off the billed amount when an undisputed bill is paid here with a provider. A store till takes none."""

    key: str
    name: Texts
    off: int
    agencies: Collection[str]
    kinds: Collection[VehicleKind]
    issued_how: str | None = None  # 開單方式 it needs; None: any
    since: date | None = None  # the first day of parking it is for

    def applies(self, bill: Bill) -> bool:
        """Whether a bill before its deadline earns it."""
        return (
            bill.status is BillStatus.OPEN
            and bill.agency in self.agencies
            and bill.kind in self.kinds
            and self.issued_how in (None, bill.issued_how)
            and (self.since is None or (bill.parked_on is not None and bill.parked_on >= self.since))
        )


@dataclass(frozen=True, slots=True)
class IdentifierKind:
    """What an agency calls the number by which it knows whose bills are whose, and how it is written."""

    name: Texts  # 水號
    format: re.Pattern[str]


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One such number: 水號 9112430446 of the water bill."""

    fee_item: str
    number: str  # as spelled() has it


@dataclass(frozen=True, slots=True)
class FeeItem:
    """One entry of config/fees.toml."""

    key: str
    name: Texts
    agencies: Texts  # who issues it, in words
    number: re.Pattern[str]  # format of its bill number
    lookup: Sequence[LookupKey]
    bindable: Sequence[LookupKey]  # identifiers a citizen may keep, to be reminded
    after_deadline: AfterDeadline
    refund: RefundWay
    about: Texts  # 說明
    notes: Texts  # 注意事項
    identifier: IdentifierKind | None = None
    words: Sequence[str] = ()  # that open it in the chat, beside its names
    discounts: Sequence[Discount] = ()

    def reads(self, number: str) -> Sequence[LookupKey]:
        """As what of this item a number can be given, as spelled() has it: its bill number, its identifier."""
        formats = {LookupKey.NUMBER: self.number}
        if self.identifier is not None:
            formats = {LookupKey.IDENTIFIER: self.identifier.format, **formats}
        return [by for by, format_ in formats.items() if by in self.lookup and format_.fullmatch(number)]


def spelled(text: str) -> str:
    """A number as agencies spell it: half-width capitals and digits without blanks and dashes."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


@dataclass(frozen=True, slots=True)
class Fees:
    """All fee items, by key. Empty: names as agencies gave them, and no discounts."""

    items: Mapping[str, FeeItem] = field(default_factory=dict)

    def name(self, reader: Reader, fee_item: str) -> str:
        """The fee item's name; one without an entry is named as its agency named it, never by a guess."""
        if fee_item == PASS:
            return reader.t("月票")
        item = self.items.get(fee_item)
        return item.name.of(reader.language) if item else fee_item

    def identifier_name(self, reader: Reader, fee_item: str) -> str:
        """What its agency calls the number of a customer (水號); the item's own name where it has none."""
        item = self.items.get(fee_item)
        return item.identifier.name.of(reader.language) if item and item.identifier else self.name(reader, fee_item)

    def identifiers(self, number: str) -> Sequence[Identifier]:
        """Whose identifier a number may be, as spelled() has it: 11 digits are a 水號 as well as an 電號."""
        items = self.items.values()
        return [Identifier(item.key, number) for item in items if LookupKey.IDENTIFIER in item.reads(number)]

    def ask_agency(self, payable: Payable) -> bool:
        """Whether its last day has passed and what is owed now is for its agency to say (滯納金、罰鍰)."""
        item = self.items.get(payable.fee_item)
        late = isinstance(payable, Bill) and payable.status is BillStatus.OVERDUE
        return late and item is not None and item.after_deadline is AfterDeadline.ASK_AGENCY

    def earned(self, payable: Payable) -> Sequence[Discount]:
        """The discounts of this bill where it is paid here with a provider; none for what is not of our own ledger."""
        item = self.items.get(payable.fee_item)
        if item is None or payable.source != OWN_LEDGER or not isinstance(payable, Bill):
            return ()
        return [discount for discount in item.discounts if discount.applies(payable)]

    def discount(self, payable: Payable) -> int:
        """NT$ taken off what the bill's source wants now. At least NT$1 is left to pay.

        Discounts are counted from the billed amount: what the agency has lowered itself is not lowered again.
        """
        off = sum(discount.off for discount in self.earned(payable))
        if not off or payable.pay_amount <= 0:
            return 0
        return max(payable.pay_amount - max(payable.amount - off, 1), 0)
