"""The list of a draw was published. Data: standing (EntryStanding), announce_sha256, draws_url, today (a date)."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.pass_standing import announced
from flex_templates.person import anyone

key = "pass_announced"
title = msgid("登記清單已公告")
topics = (Topic.DRAW,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card with the hash."""
    person = anyone(reader)
    return [announced(reader, data["standing"], data["announce_sha256"], data["draws_url"], data["today"], person)]
