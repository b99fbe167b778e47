"""The number that the reader has verified stays with its holder. No data."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.reader import Reader
from flex_templates.person import anyone
from flex_templates.takeover import refused

key = "number_kept"


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:  # noqa: ARG001 - every notice is given it
    """One card with a person to ask."""
    return [refused(reader, anyone(reader))]
