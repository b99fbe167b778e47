"""Port of LINE's tokens for linking an account."""

from typing import Protocol


class LinkTokens(Protocol):
    """Makes tokens that a citizen takes to the site of which they are a member."""

    def issue(self, citizen: str) -> str:
        """A token for this LINE user, good once and for 10 minutes. Raises OutsideError."""
        ...
