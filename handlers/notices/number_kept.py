"""The number that the reader has verified stays with its holder. No data."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.person import anyone
from flex_templates.takeover import refused

key = "number_kept"
title = msgid("沒有完成註冊")
topics = (Topic.ACCOUNT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:  # noqa: ARG001 - every notice is given it
    """One card with a person to ask."""
    return [refused(reader, anyone(reader))]
