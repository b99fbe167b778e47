"""The number that the reader has verified is theirs now. No data."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.takeover import granted

key = "number_granted"
title = msgid("手機號碼已確認")
topics = (Topic.ACCOUNT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:  # noqa: ARG001 - every notice is given it
    """One card with the way on."""
    return [granted(reader)]
