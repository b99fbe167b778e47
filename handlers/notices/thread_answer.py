"""Staff have answered in a case. Data: number (C000123) and words, as staff wrote them."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.desk import answered

key = "thread_answer"
title = msgid("客服回覆")
topics = (Topic.OWN_ACT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card."""
    return [answered(reader, data["number"], data["words"])]
