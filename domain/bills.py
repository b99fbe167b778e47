"""Bills (帳單), dunning notices (催繳單) and what a source answered.

A bill is (agency, bill number); a dunning notice (agency, notice number) covers bills: paying it pays them.
The number alone is no key: the official worked example C lists one BillNo twice (facts/taiwan.md §1.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from domain.halts import Stopped
from domain.vehicles import VehicleKind


class BillStatus(IntEnum):
    """BillStatus of MOTC PayBill V1.03 §4."""

    OPEN = 0  # not overdue
    OVERDUE = 1  # overdue, turning into a dunning notice
    DUNNED = 2  # inside a dunning notice
    PROSECUTED = 3  # 告發: a fine was issued


class PayableType(StrEnum):
    BILL = "bill"
    NOTICE = "notice"
    PASS = "pass"  # noqa: S105 - a monthly pass (月票) that was won; its number is the entry's id


@dataclass(frozen=True, slots=True, order=True)
class PayableKey:
    """What an order line points at: one bill, one dunning notice or one pass of one agency."""

    agency: str
    type: PayableType
    number: str

    def __str__(self) -> str:
        return f"{self.agency}:{self.type.value}:{self.number}"

    @classmethod
    def parse(cls, text: str) -> "PayableKey":
        """The reverse of str(). Raises ValueError."""
        agency, type_, number = text.split(":", 2)
        return cls(agency, PayableType(type_), number)


@dataclass(frozen=True, slots=True)
class Bill:
    """One amount owed. Amounts in NT$; dates Gregorian, in Taiwan."""

    agency: str  # city or agency code, e.g. TPE
    number: str
    plate: str  # canonical, with its dash as the source gives it; "": of no vehicle
    kind: VehicleKind  # OTHER where it is of no vehicle
    parked_on: date | None
    deadline: date | None  # last day to pay
    status: BillStatus
    amount: int  # as billed
    pay_amount: int  # to be paid now
    hours: float | None = None  # None: per-entry space or not told
    fee_item: str = "parking"
    source: str = "city"  # "city" (the national API) or "ledger" (our own)
    issued_how: str | None = None  # 開單方式, where known
    street: str | None = None  # shown only to someone who gave this slip's number
    started_at: datetime | None = None  # 停車時間, likewise
    left_at: datetime | None = None  # 駛離時間, likewise
    identifier: str = ""  # 水號、電號: whose it is, as the agency knows them

    @property
    def key(self) -> PayableKey:
        return PayableKey(self.agency, PayableType.BILL, self.number)


@dataclass(frozen=True, slots=True)
class DunningNotice:
    """催繳單: overdue bills gathered with an extra charge (工本費, 道交條例 §56)."""

    agency: str
    number: str
    plate: str  # "": of no vehicle
    kind: VehicleKind
    deadline: date | None
    amount: int  # sum of its bills
    extra_charge: int
    pay_amount: int  # amount + extra charge
    bills: Sequence[Bill]
    prosecuted: bool = False
    prosecuted_deadline: date | None = None  # ProsecuteLimitDate
    registered_mail: bool | None = None  # 掛號 True, 平信 False, None: the data does not tell
    source: str = "city"
    fee_item: str = "parking"
    identifier: str = ""

    @property
    def key(self) -> PayableKey:
        return PayableKey(self.agency, PayableType.NOTICE, self.number)


Payable = Bill | DunningNotice


class PaidState(StrEnum):
    """What this service has done about a bill or notice."""

    PAYING = "paying"  # an order is taking its money
    PAID = "paid"


class Why(StrEnum):
    """Why a source could not be asked or not be believed. Never shown as 'nothing due'."""

    TIMEOUT = "timeout"
    BUSY = "busy"  # 429, or our own one call a second is used up
    DOWN = "down"  # refused, 5xx, TLS, DNS
    BREAKER = "breaker"  # it failed lately; not asked again yet
    UNKNOWN_SHAPE = "unknown_shape"  # answered something the specification does not have
    REFUSED = "refused"  # ERRxx or 4xx: the question itself
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, slots=True)
class Found:
    """A source answered, in its specified shape: these are due. Both empty: it said that nothing is due."""

    agency: str
    asked_at: datetime
    bills: Sequence[Bill] = ()
    notices: Sequence[DunningNotice] = ()

    @property
    def nothing_due(self) -> bool:
        return not self.bills and not self.notices


@dataclass(frozen=True, slots=True)
class CouldNotAsk:
    """No answer from this source: it says nothing about what is owed."""

    agency: str
    asked_at: datetime
    why: Why
    retry_at: datetime | None = None  # when asking again makes sense
    told: Stopped | None = None  # staff have stopped asking it: what citizens are told
    promised: bool = False  # still being asked; the citizen will be told


SourceAnswer = Found | CouldNotAsk
