"""A case was closed by staff, or by silence. Data: thread (its id) and number (C000123)."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.desk import closed
from handlers.contact import judging

key = "thread_closed"
title = msgid("客服案件已結束")
topics = (Topic.OWN_ACT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card with 滿意, 不滿意 and 還有問題."""
    return [closed(reader, data["number"], judging(reader, data["thread"]))]
