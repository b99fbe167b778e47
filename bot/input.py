"""What a citizen sent, as data: one small class per kind of input."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Input:
    """Base of all kinds."""


@dataclass(frozen=True, slots=True)
class Text(Input):
    text: str
    quoted_message_id: str | None = None
    message_id: str | None = None  # by which LINE says that it was unsent


@dataclass(frozen=True, slots=True)
class Press(Input):
    """A button of ours (postback). `picked`: from a date picker, YYYY-MM-DD, HH:MM or YYYY-MM-DDTHH:MM, Taiwan time."""

    action: str
    values: Mapping[str, str] = field(default_factory=dict)
    picked: str | None = None


@dataclass(frozen=True, slots=True)
class Photo(Input):
    message_id: str


@dataclass(frozen=True, slots=True)
class Location(Input):
    latitude: float
    longitude: float
    title: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Sticker(Input):
    pass


@dataclass(frozen=True, slots=True)
class OtherMessage(Input):
    """A message kind we do not use: video, audio, file, or one LINE invented later."""

    kind: str


MESSAGES = (Text, Photo, Location, Sticker, OtherMessage)  # what somebody says, rather than does


@dataclass(frozen=True, slots=True)
class Followed(Input):
    """Became a friend, or unblocked us."""

    unblocked: bool = False


@dataclass(frozen=True, slots=True)
class AccountLinked(Input):
    """LINE's account linking came back with this nonce."""

    ok: bool
    nonce: str


@dataclass(frozen=True, slots=True)
class Joined(Input):
    """We were taken into a group or room."""


@dataclass(frozen=True, slots=True)
class SpokenTo(Input):
    """Someone in a group or room named us."""
