"""Port of the public randomness (公開亂數)."""

from typing import Protocol

from domain.draw.beacon import BeaconValue


class Randomness(Protocol):
    """Who fetches beacon values. A value is taken from nobody unless its signature is drand's."""

    def fetch(self, number: int) -> BeaconValue:
        """The value of beacon round `number`, its signature verified with the pinned key.

        Raises OutsideError while no relay gives it: there is no other value, so wait and ask again.
        """
        ...

    def is_true(self, value: BeaconValue) -> bool:
        """Whether the signature is drand's for that number, wherever the value came from."""
        ...
