"""Port of the messages that the system starts. handlers/notices renders them, in the caller's transaction."""

from collections.abc import Mapping
from typing import Any, Protocol


class Notices(Protocol):
    """Posts one notice to one citizen."""

    def post(
        self, uow: Any, notice: str, *, channel: str, citizen: str, dedupe_key: str, data: Mapping[str, object]
    ) -> None:
        """Render the notice with this key and put it into the outbox, in the transaction of `uow` (a UnitOfWork).

        `dedupe_key`: a second post with the same key does nothing. `data`: what the notice's own file says it needs.
        """
        ...
