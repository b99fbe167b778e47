"""Port of the messages that the system starts. handlers/notices renders them, in the caller's transaction."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from domain.notices import Channel, Plan, Topic
from domain.reader import Display, Language
from domain.slots import Slot


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice to one citizen.

    `dedupe_key`: a second one with the same key does not go. `data`: what the notice's own file says it needs. `slot`,
    `told_by`: the vehicle's own hours and channel, where the notice is about one. `about`: ids of the bindings it is
    about; it does not go once they are unbound.
    """

    channel: str
    citizen: str
    dedupe_key: str
    data: Mapping[str, object] = field(default_factory=dict)
    slot: Slot | None = None
    told_by: Channel | None = None
    about: Sequence[uuid.UUID] = ()


@dataclass(frozen=True, slots=True)
class Going:
    """A letter that goes: when and how, and for what reader it is written."""

    letter: Letter
    plan: Plan
    language: Language
    display: Display


class Notices(Protocol):
    """Posts notices. Whether, when and by which channel one goes, domain.notices decides."""

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
        about: Sequence[uuid.UUID] = (),
    ) -> None:
        """Render the notice with this key and hand it over, in the transaction of `uow` (a UnitOfWork).

        As post_each() with one Letter. `topic`: which of those the notice's file names; None where it names one.
        """
        ...

    def post_each(self, uow: Any, notice: str, letters: Sequence[Letter], *, topic: Topic | None = None) -> None:
        """The same notice to many, to each with data of their own."""
        ...

    def post_same(
        self,
        uow: Any,
        notice: str,
        letters: Sequence[Letter],
        *,
        data: Mapping[str, object],
        topic: Topic | None = None,
        campaign_id: uuid.UUID | None = None,
    ) -> int:
        """The same words to many: those who read alike share one message. How many of the letters go, and are new."""
        ...

    def words(self, notice: str, data: Mapping[str, object], language: Language) -> str:
        """What its SMS says."""
        ...
