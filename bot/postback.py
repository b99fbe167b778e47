"""Button payloads: typed, checked for LINE's 300 characters when made, never trusted when read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from bot.limits import POSTBACK_DATA, utf16

SHAPE = re.compile(r"([a-z_]{1,32})\.([a-z_]{1,40})(?:~([0-9a-z]{1,16}))?(?:\?(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Payload:
    """`conversation.step~token?values`: an answer to one prompt. Without token: an entry, good at any time."""

    conversation: str
    action: str
    token: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        token = f"~{self.token}" if self.token else ""
        values = f"?{urlencode(self.values, safe=':,-')}" if self.values else ""
        data = f"{self.conversation}.{self.action}{token}{values}"
        if utf16(data) > POSTBACK_DATA:
            raise ValueError(f"button {self.conversation}.{self.action} carries more than {POSTBACK_DATA} characters")
        return data


def read(data: object) -> Payload | None:
    """The payload of a postback's data; None for what is not ours."""
    if not isinstance(data, str) or not (match := SHAPE.fullmatch(data)):
        return None
    conversation, action, token, values = match.groups()
    pairs = parse_qsl(values.replace("%00", ""), keep_blank_values=True) if values else ()  # no database takes a NUL
    return Payload(conversation, action, token, dict(pairs))


def door(conversation: str, entry: str, /, **values: str) -> str:
    """Data of a button that opens a conversation's entry at any time, also days later."""
    return str(Payload(conversation, entry, None, values))
