"""A draw's result, or an offer to a waiting entry (遞補).

Data: standing (EntryStanding), pay_url (the page where a place is paid for, or None), today (a date).
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.pass_standing import results
from flex_templates.person import anyone

key = "pass_result"
title = msgid("抽籤結果")
topics = (Topic.DRAW,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card: the number, and what to do next."""
    one, url = data["standing"], data["pay_url"]
    return [results(reader, [one], data["today"], anyone(reader), {one.entry_id: url} if url else None)]
