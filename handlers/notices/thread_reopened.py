"""Staff have opened a closed case again. Data: thread (its id) and number (C000123)."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.desk import opened_by_staff
from handlers.contact import going_on

key = "thread_reopened"
title = msgid("客服案件重新開啟")
topics = (Topic.OWN_ACT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card with the button that goes on in it."""
    return [opened_by_staff(reader, data["number"], going_on(reader, data["thread"]))]
