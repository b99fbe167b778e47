"""Staff took an application off the list before the draw. Data: standing (EntryStanding), today (a date)."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.pass_change import taken_off
from flex_templates.person import anyone

key = "pass_taken_off"
title = msgid("月票申請不列入抽籤")
topics = (Topic.DRAW,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card, with whom to ask."""
    return [taken_off(reader, data["standing"], anyone(reader))]
