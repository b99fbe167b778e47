"""Cities and books that a test holds in its hand."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.bills import Bill, BillStatus, CouldNotAsk, DunningNotice, Found, PaidState, PayableKey, SourceAnswer, Why
from domain.cities import City
from domain.plates import Plate, parse_plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from services.lookup import Lookup
from tests.clock import MovableClock

PLATE, CAR = parse_plate("ABC-1235"), VehicleKind.CAR
CITIES = {code: City(code, code, code, code) for code in ("TPE", "NWT", "KHH", "LIE")}
Says = Callable[[Plate], SourceAnswer]


def bill(number: str, agency: str = "NWT", amount: int = 50) -> Bill:
    return Bill(agency, number, "ABC-1235", CAR, date(2026, 7, 7), date(2026, 7, 22), BillStatus.OPEN, amount, amount)


@dataclass
class Source:
    """A city in one's hand: answers what `says` makes, hangs, or raises."""

    code: str
    says: Says | None = None  # None: hangs
    asked: list[tuple[str, float, bool]] = field(default_factory=list)

    async def ask(self, plate: Plate, kind: VehicleKind, *, patience: float, background: bool = False) -> SourceAnswer:
        self.asked.append((plate.canonical, patience, background))
        if self.says is None:
            await asyncio.Event().wait()
            raise AssertionError
        return self.says(plate)


@dataclass
class Books:
    """What orders have paid, and what was deferred and posted."""

    paid: dict[PayableKey, PaidState] = field(default_factory=dict)
    deferred: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    posted: list[dict[str, Any]] = field(default_factory=list)

    def paid_keys(self, uow: UnitOfWork, keys: Collection[PayableKey]) -> Mapping[PayableKey, PaidState]:
        return {key: self.paid[key] for key in keys if key in self.paid}

    def defer(self, uow: UnitOfWork, task_name: str, **row_ids: object) -> None:
        self.deferred.append((task_name, row_ids))

    def post(self, uow: UnitOfWork, notice: str, **what: Any) -> None:
        self.posted.append({"notice": notice, **what})


def found(clock: MovableClock, code: str, *bills: Bill, notices: Sequence[DunningNotice] = ()) -> Says:
    return lambda _plate: Found(code, clock.now(), bills, notices)


def fails(clock: MovableClock, code: str, why: Why) -> Says:
    return lambda _plate: CouldNotAsk(code, clock.now(), why)


@dataclass
class Look:
    """Makes lookups of these cities over the same books."""

    books: Books
    clock: MovableClock

    def __call__(self, *sources: Source) -> Lookup:
        by_code = {source.code: source for source in sources}
        return Lookup(by_code, cities=CITIES, paid_here=self.books, defer=self.books.defer, clock=self.clock)
