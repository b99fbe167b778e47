"""Bills by 身分證字號 and birthday: the agencies that know persons are asked, the ledger says what is owed.

Nothing of the person is kept, logged or bound to anybody: it lives as long as one request.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from domain.bills import PayableKey, PayableType
from domain.billsview import BillsView
from domain.nationalid import Person
from domain.ports.persons import KnowsPersons, PersonDoor
from infra.database import UnitOfWork
from services.agencies import Agencies
from services.ledger_views import LedgerViews

AT_ONCE = 8  # agencies asked at the same time for one citizen


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What one agency said: numbers of bills; None where it could not be asked."""

    agency: str
    numbers: Sequence[str] | None


class PersonBills:
    """wiring gives the agencies, who asks them, and the views of the ledger."""

    def __init__(self, agencies: Agencies, asks: KnowsPersons, books: LedgerViews) -> None:
        self._agencies = agencies
        self._asks = asks
        self._books = books

    def doors(self, uow: UnitOfWork) -> Sequence[PersonDoor]:
        """The agencies that can be asked."""
        return self._agencies.person_doors(uow)

    def ask(self, doors: Sequence[PersonDoor], person: Person) -> Sequence[Answer]:
        """What each says, asked at the same time. With no transaction open."""
        if not doors:
            return []
        with ThreadPoolExecutor(min(len(doors), AT_ONCE)) as pool:
            said = pool.map(lambda door: self._asks.ask(door, person), doors)
            return [Answer(door.agency, numbers) for door, numbers in zip(doors, said, strict=True)]

    def bills(self, uow: UnitOfWork, answers: Sequence[Answer], now: datetime) -> BillsView:
        """What is open of them in the ledger. An agency can name its own bills only."""
        keys = {
            PayableKey(answer.agency, type_, number)
            for answer in answers
            for number in answer.numbers or ()
            for type_ in (PayableType.BILL, PayableType.NOTICE)
        }
        return self._books.of_bills(uow, keys, now)
