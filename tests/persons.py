"""The lookup by 身分證字號 as wiring makes it; the agency that is asked is played by an object."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.clock import Clock
from domain.nationalid import Person
from domain.ports.persons import PersonDoor
from infra.crypto import FieldCipher
from services.agencies import Agencies
from services.ledger_views import LedgerViews
from services.person_bills import PersonBills
from services.person_links import PersonLinks
from tests.accounts import DATA_KEY

LINK_KEY = "k" * 40


@dataclass
class PersonsInHand:
    """Implements domain.ports.persons.KnowsPersons: knows these numbers; None cannot be asked."""

    numbers: Sequence[str] | None = ()
    asked: list[Person] = field(default_factory=list)

    def ask(self, _door: PersonDoor, person: Person) -> Sequence[str] | None:
        self.asked.append(person)
        return self.numbers


def person_services(books: LedgerViews, clock: Clock, persons: PersonsInHand) -> dict[str, Any]:
    """By the names that conversations ask for them."""
    agencies = Agencies(FieldCipher((DATA_KEY,)), lambda: "whsec_c2VjcmV0")
    return {
        "agencies": agencies,
        "person_links": PersonLinks("http://localhost:8000", (LINK_KEY,), clock),
        "person_bills": PersonBills(agencies, persons, books),
    }
