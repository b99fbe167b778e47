"""Port of an agency that says which bills are a person's, by 身分證字號 and birthday."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.nationalid import Person


@dataclass(frozen=True, slots=True, repr=False)
class PersonDoor:
    """Where an agency is asked. Its repr tells nothing: the secrets sign."""

    agency: str
    url: str
    secrets: Sequence[str]


class KnowsPersons(Protocol):
    """Asks agencies. Every call has a time-out; nothing is raised for what the outside does."""

    def ask(self, door: PersonDoor, person: Person) -> Sequence[str] | None:
        """Numbers of the person's bills; None where it could not be asked, which says nothing of what is owed."""
        ...
