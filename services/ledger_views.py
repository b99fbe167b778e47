"""Views of bills that no city is asked about: by a number, by an identifier (水號、電號), by themselves."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.billrules import build_view, covered_keys
from domain.bills import DunningNotice, Found, PaidState, Payable, PayableKey
from domain.billsview import BillsView
from domain.cities import Cities
from domain.feeitems import Identifier
from domain.plates import NO_PLATE, Plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from services import ledger
from services.bills_by_number import Numbered

MOST_OF_ONE_NUMBER = 5  # vehicles whose bills share a number, of different agencies: one view each


class PaidHere(Protocol):
    """What this service has taken money for; the orders service answers."""

    def paid_keys(self, uow: UnitOfWork, keys: Collection[PayableKey]) -> Mapping[PayableKey, PaidState]:
        """Those of `keys` that an order of ours is paying or has paid, alone or inside a notice."""
        ...


class LedgerViews:
    """Made with the orders, which know what was paid here, and the cities and agencies for their names."""

    def __init__(self, paid_here: PaidHere, cities: Cities) -> None:
        self._paid_here = paid_here
        self._cities = cities

    def of_number(self, uow: UnitOfWork, numbered: Numbered, now: datetime) -> list[BillsView]:
        """of_payables() of the bills that have it, or the view of the identifier that it is."""
        if numbered.identifier is not None:
            return self.of_identifiers(uow, [numbered.identifier], now)
        return self.of_payables(uow, numbered.payables, now)

    def of_payables(self, uow: UnitOfWork, payables: Sequence[Payable], now: datetime) -> list[BillsView]:
        """A view for each vehicle with some of these bills of the ledger; one for those that are of no vehicle."""
        vehicles = dict.fromkeys((payable.plate, payable.kind) for payable in payables)
        return [
            self._view(uow, [p for p in payables if (p.plate, p.kind) == vehicle], (), None, now)
            for vehicle in list(vehicles)[:MOST_OF_ONE_NUMBER]
        ]

    def of_identifiers(self, uow: UnitOfWork, identifiers: Sequence[Identifier], now: datetime) -> list[BillsView]:
        """A view of each; "nothing due" of the agencies that have sent bills of it before."""
        owed, senders = ledger.of_identifiers(uow, identifiers), ledger.senders(uow, identifiers)
        return [self._view(uow, owed[one], senders[one], one, now) for one in identifiers]

    def of_bills(self, uow: UnitOfWork, keys: Collection[PayableKey], now: datetime) -> BillsView:
        """Those of these bills that are open in the ledger."""
        return self._view(uow, list(ledger.current(uow, keys).values()), (), None, now)

    def _view(
        self,
        uow: UnitOfWork,
        payables: Sequence[Payable],
        agencies: Iterable[str],
        identifier: Identifier | None,
        now: datetime,
    ) -> BillsView:
        notices = [payable for payable in payables if isinstance(payable, DunningNotice)]
        bills = [payable for payable in payables if not isinstance(payable, DunningNotice)]
        answers = [
            Found(
                agency,
                now,
                tuple(bill for bill in bills if bill.agency == agency),
                tuple(notice for notice in notices if notice.agency == agency),
            )
            for agency in dict.fromkeys([*agencies, *(payable.agency for payable in payables)])
        ]
        keys = frozenset().union(*map(covered_keys, payables))
        paid = self._paid_here.paid_keys(uow, keys) if keys else {}
        first = payables[0] if payables and identifier is None else None
        plate, kind = (Plate(first.plate), first.kind) if first else (NO_PLATE, VehicleKind.OTHER)
        return build_view(plate, kind, answers, paid=paid, cities=self._cities, now=now, identifier=identifier)
