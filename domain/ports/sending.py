"""Port of the last look: what the outbox asks when it has a notice in hand, right before it is sent."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Ruling:
    """About one message in hand. `why`: it does not go; `until`: not before then; `to`: of a multicast, who is left."""

    why: str | None = None
    until: datetime | None = None
    to: Sequence[str] | None = None


class LastLook(Protocol):
    """Looks at what has changed since a notice was posted, and keeps what became of it."""

    def sift(self, connection: Any, messages: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Ruling]:
        """Rulings on messages that were just claimed, by `connection` (psycopg); none where all is as it was."""
        ...

    def failed(self, connection: Any, outcomes: Mapping[uuid.UUID, str]) -> None:
        """These ended without having gone, and why."""
        ...

    def moved(self, connection: Any, message: uuid.UUID, to: Mapping[str, uuid.UUID]) -> None:
        """A multicast goes on as one message for each citizen."""
        ...
