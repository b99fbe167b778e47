"""The lookup as tests need it: what each city says is put into its hands; mixing it is the product's own rule."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.billrules import build_view
from domain.bills import Bill, BillStatus, CouldNotAsk, DunningNotice, Found, PaidState, PayableKey, SourceAnswer, Why
from domain.billsview import BillsView
from domain.cities import Cities
from domain.errors import CitizenMistakeError
from domain.plates import Plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from tests.clock import MovableClock

TODAY = date(2026, 11, 21)
PLATE = "ABC-1234"


def bill(number: str = "Q7078443D090047", agency: str = "TPE", **changes: Any) -> Bill:
    """An ordinary bill, due in three days."""
    values: dict[str, Any] = {
        "agency": agency,
        "number": number,
        "plate": PLATE,
        "kind": VehicleKind.CAR,
        "parked_on": date(2026, 11, 9),
        "deadline": TODAY + timedelta(days=3),
        "status": BillStatus.OPEN,
        "amount": 40,
        "pay_amount": 40,
        "hours": 1.0,
        "street": "信義路四段",
    }
    return Bill(**{**values, **changes})


def notice(number: str = "101008521", agency: str = "NWT", **changes: Any) -> DunningNotice:
    """A dunning notice over one bill, two days overdue."""
    values: dict[str, Any] = {
        "agency": agency,
        "number": number,
        "plate": PLATE,
        "kind": VehicleKind.CAR,
        "deadline": TODAY - timedelta(days=2),
        "amount": 590,
        "extra_charge": 50,
        "pay_amount": 640,
        "bills": (bill("ZB1B3K01341", agency, status=BillStatus.DUNNED),),
    }
    return DunningNotice(**{**values, **changes})


@dataclass
class CitiesInHand:
    """Stands where the Lookup service stands."""

    clock: MovableClock
    bills: list[Bill] = field(default_factory=list)
    notices: list[DunningNotice] = field(default_factory=list)
    answering: list[str] = field(default_factory=lambda: ["TPE", "NWT"])
    silent: dict[str, CouldNotAsk] = field(default_factory=dict)
    asked: list[tuple[str, VehicleKind]] = field(default_factory=list)
    promised: list[Sequence[str]] = field(default_factory=list)
    cities: Cities = field(default_factory=dict)
    connected: bool = True
    paid_here: list[PayableKey] = field(default_factory=list)

    def fails(self, code: str, *, promised: bool = False, minutes: int = 10) -> None:
        """This city cannot be asked."""
        now = self.clock.now()
        self.silent[code] = CouldNotAsk(code, now, Why.TIMEOUT, now + timedelta(minutes=minutes), promised)

    def needs_asking(self, plate: Plate, kind: VehicleKind) -> bool:
        return self.connected

    async def ask(self, plate: Plate, kind: VehicleKind) -> tuple[SourceAnswer, ...]:
        self.asked.append((plate.canonical, kind))
        return tuple(self._answer(code) for code in self.answering)

    def combine(self, uow: UnitOfWork, plate: Plate, kind: VehicleKind, answers: Sequence[SourceAnswer]) -> BillsView:
        return build_view(
            plate,
            kind,
            answers,
            paid=dict.fromkeys(self.paid_here, PaidState.PAID),
            cities=self.cities,
            now=self.clock.now(),
        )

    def promise(self, uow: UnitOfWork, *, cities: Sequence[str], **_whom: Any) -> UUID:
        self.promised.append(list(cities))
        return uuid4()

    def _answer(self, code: str) -> SourceAnswer:
        if code in self.silent:
            return self.silent[code]
        bills = tuple(bill for bill in self.bills if bill.agency == code)
        return Found(code, self.clock.now(), bills, tuple(n for n in self.notices if n.agency == code))


@dataclass
class Limit:
    """The daily limit: `left` lookups."""

    left: int = 100

    def check(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        if self.left <= 0:
            raise CitizenMistakeError("請輸入車牌，例如 ABC-1234。")

    def spend(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        self.left -= 1
