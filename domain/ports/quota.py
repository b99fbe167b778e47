"""Port of LINE's monthly quota."""

from typing import Protocol

from domain.campaigns import Quota


class QuotaSource(Protocol):
    """Tells how many messages the month has, and how many are used."""

    def read(self) -> Quota:
        """The figures as LINE has them now, nothing promised. Raises OutsideError."""
        ...
