"""The reader's number has gone to somebody else. No data."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.person import anyone
from flex_templates.takeover import lost

key = "number_lost"
title = msgid("請登記新的手機號碼")
topics = (Topic.ACCOUNT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:  # noqa: ARG001 - every notice is given it
    """One card with the way on."""
    return [lost(reader, anyone(reader))]
