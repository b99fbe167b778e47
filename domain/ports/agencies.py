"""Port of an agency that takes write-offs (銷帳) at an address of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from domain.writeoffs import WriteOffMessage


class Heard(StrEnum):
    """What became of one message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # the agency has read it and says no
    NOT_TAKEN = "not_taken"  # surely not taken: nobody there, or asked to come later
    UNCLEAR = "unclear"  # it may have been taken: say it again, under the same id


@dataclass(frozen=True, slots=True)
class AgencyAnswer:
    """One answer. `reason`: one word for staff, never the agency's own text."""

    heard: Heard
    reason: str = ""
    wait: timedelta = timedelta()  # how long the agency asks to be left alone with it


@dataclass(frozen=True, slots=True, repr=False)
class AgencyDoor:
    """Where an agency is told. Its repr tells nothing: the secrets sign."""

    url: str
    secrets: Sequence[str]  # the newest first; each signs, so that an agency can change over


class TakesWriteOffs(Protocol):
    """Tells agencies. Every call has a time-out; nothing is raised for what the outside does."""

    def tell(self, door: AgencyDoor, message: WriteOffMessage) -> AgencyAnswer:
        """Say it once. No transaction of ours is open meanwhile."""
        ...
