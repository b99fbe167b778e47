"""換牌／換車: the pass is now for another plate. Data: standing (EntryStanding, with the new plate), today (a date)."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.pass_money import plate_changed
from flex_templates.person import anyone

key = "pass_plate_changed"
title = msgid("月票車牌已更換")
topics = (Topic.DRAW,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card with the new plate."""
    return [plate_changed(reader, data["standing"], data["today"], anyone(reader))]
