"""Codes by SMS: five digits prove that a number is in the citizen's hand. Their limits are in config/accounts.toml."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.phones import Mobile
from domain.reader import Language
from infra.database import UnitOfWork


class Purpose(StrEnum):
    """What a code is for: one cannot be used for the other."""

    REGISTER = "register"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Right:
    """The code is right: the number is proved. `code_id` goes on to `proved`."""

    mobile: Mobile


@dataclass(frozen=True, slots=True)
class Wrong:
    """The code is wrong."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The code can no longer be tried: expired, replaced, used, or out of tries."""


Checked = Right | Wrong | Ended


class PhoneCodes:
    """`send`, then `check` in another event. A wrong code is an outcome, never an error: an error would take back its
    counting with the transaction."""

    def send(
        self, uow: UnitOfWork, channel: str, citizen: str, mobile: Mobile, purpose: Purpose, language: Language
    ) -> UUID:
        """Send a code by SMS once this transaction commits; the id is for the dialog, which holds no number.

        Raises CitizenMistakeError when one was sent less than 60 s ago or a limit of the day is reached.
        """
        raise NotImplementedError

    def check(self, uow: UnitOfWork, code_id: UUID, channel: str, citizen: str, typed: str) -> Checked:
        """Try a code as typed. Counts the try."""
        raise NotImplementedError

    def proved(self, uow: UnitOfWork, code_id: UUID, channel: str, citizen: str) -> Mobile | None:
        """The number a right code has proved, once: a second call finds nothing. None when it took too long."""
        raise NotImplementedError

    def masked(self, uow: UnitOfWork, code_id: UUID, channel: str, citizen: str) -> str:
        """The number a code was sent to, for the prompt: 0912-•••-678; "" when it is gone."""
        raise NotImplementedError
