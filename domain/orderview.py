"""What pages and cards see of an order: frozen snapshots, read in one transaction."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.bills import PayableKey
from domain.orders import ATTEMPT_LIFE, AttemptState, OrderState
from domain.passsales import PassBought
from domain.vehicles import VehicleKind
from domain.writeoffs import WriteOffStanding


class Standing(StrEnum):
    """Whether a line can still be paid with this order."""

    DUE = "due"
    GONE = "gone"  # its source no longer lists it: paid elsewhere, or withdrawn
    PAID_HERE = "paid_here"  # another order of ours has paid it


@dataclass(frozen=True, slots=True)
class Line:
    """One bill, dunning notice or pass of an order, as its source last told it. Amounts in NT$."""

    key: PayableKey
    fee_item: str
    plate: str
    kind: VehicleKind
    source: str  # "city" or "ledger"
    parked_on: date | None
    deadline: date | None
    amount: int
    extra_charge: int  # 工本費
    pay_amount: int
    asked_at: datetime
    covers: Sequence[PayableKey]  # the bills a notice pays
    chosen: bool
    standing: Standing
    about: PassBought | None = None  # of a pass
    discount: int = 0  # NT$ less than pay_amount where it is paid here with a provider (優惠)

    @property
    def number(self) -> str:
        """As citizens know it: the bill's number, or a pass's 申請編號."""
        return self.about.entry_no if self.about else self.key.number

    @property
    def price(self) -> int:
        """NT$ that paying it here takes."""
        return self.pay_amount - self.discount

    @property
    def billed(self) -> int:
        """NT$ of the bill before anything was taken off (帳單金額)."""
        return max(self.amount + self.extra_charge, self.pay_amount)

    @property
    def claimed(self) -> Sequence[PayableKey]:
        """Every key nobody else may pay while this line is being paid."""
        return (self.key, *self.covers)


@dataclass(frozen=True, slots=True)
class AttemptView:
    """The attempt under way, or the one that paid."""

    id: uuid.UUID
    provider: str
    state: AttemptState
    trade_number: str
    amount: int
    fee: int
    redirect_url: str | None  # None: the provider has not answered yet
    started_at: datetime
    expires_at: datetime
    form: Mapping[str, str] | None = None  # fields the browser carries to redirect_url by POST
    carried: bool = False  # it has been sent on its way with them; most providers take a number once only

    @property
    def payable_until(self) -> datetime | None:
        """The end of an ATM or store number that was issued; None where none was."""
        return self.expires_at if self.expires_at - self.started_at > ATTEMPT_LIFE else None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order with all its lines."""

    id: uuid.UUID
    channel: str
    citizen: str | None
    language: str
    state: OrderState  # EXPIRED also when its time is over and nobody has written so yet
    total: int  # NT$, chosen lines
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    stopped: bool
    lines: Sequence[Line]
    attempt: AttemptView | None

    @property
    def chosen(self) -> Sequence[Line]:
        return tuple(line for line in self.lines if line.chosen)

    @property
    def due(self) -> Sequence[Line]:
        return tuple(line for line in self.lines if line.standing is Standing.DUE)

    @property
    def discount(self) -> int:
        """NT$ that paying the chosen lines here takes off what their sources want (優惠)."""
        return sum(line.discount for line in self.chosen)

    @property
    def edition(self) -> str:
        """Names what the page shows: a form carries it back, so that nobody pays an amount other than the one seen."""
        seen = ";".join(f"{line.key}={line.price}" for line in self.due)
        return hashlib.sha256(seen.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Receipt:
    """繳費證明, with the fields of the pay.taipei manual. Amounts in NT$."""

    order_id: uuid.UUID
    trade_number: str  # 交易編號
    provider: str  # 付款方式
    paid_at: datetime  # 繳費時間, by the provider's clock
    subtotal: int  # 小計
    fee: int  # 手續費
    total: int  # 總金額
    lines: Sequence[Line]  # 帳單明細, what was paid
    write_off: WriteOffStanding = WriteOffStanding.NONE  # 機關銷帳

    @property
    def billed(self) -> int:
        """帳單金額: what the bills said; less `discount` it is the subtotal."""
        return sum(line.billed for line in self.lines)

    @property
    def discount(self) -> int:
        """優惠: what was taken off."""
        return self.billed - self.subtotal


def in_page_order(lines: Iterable[Line]) -> Sequence[Line]:
    """Lines as they are shown: the nearest deadline first."""
    return tuple(sorted(lines, key=lambda line: (line.deadline or date.max, line.key)))
