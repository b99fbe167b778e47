"""A pass ends soon. Data: standing (EntryStanding), today (a date)."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.pass_money import ending

key = "pass_ends"
title = msgid("月票即將到期")
topics = (Topic.PASS_ENDS,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card with the last day, and the way to apply again."""
    return [ending(reader, data["standing"], data["today"])]
