"""Port of the messages that the system starts. handlers/notices renders them, in the caller's transaction."""

from collections.abc import Mapping
from typing import Any, Protocol

from domain.notices import Channel, Topic
from domain.slots import Slot


class Notices(Protocol):
    """Posts one notice to one citizen."""

    def post(
        self,
        uow: Any,
        notice: str,
        *,
        channel: str,
        citizen: str,
        dedupe_key: str,
        data: Mapping[str, object],
        topic: Topic | None = None,
        slot: Slot | None = None,
        told_by: Channel | None = None,
    ) -> None:
        """Render the notice with this key and hand it over, in the transaction of `uow` (a UnitOfWork).

        Whether, when and by which channel it goes, domain.notices decides. `dedupe_key`: a second post with the same
        key does nothing. `data`: what the notice's own file says it needs. `topic`: which of those its file names; None
        where it names one. `slot`, `told_by`: the vehicle's own hours and channel, where the notice is about one.
        """
        ...
