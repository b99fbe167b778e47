"""A draw's result, or an offer to a waiting entry (遞補). Data: standing (EntryStanding), today (a date)."""

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
    return [results(reader, [data["standing"]], data["today"], anyone(reader))]
