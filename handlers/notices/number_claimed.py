"""Somebody has verified the number that the reader holds. Data: takeover_id, days until silence gives it away."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.person import anyone
from flex_templates.takeover import asked

key = "number_claimed"
title = msgid("請確認您的手機號碼")
topics = (Topic.ACCOUNT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card with both answers."""
    keep, give_up = (door("takeover", answer, id=data["takeover_id"]) for answer in ("keep", "give_up"))
    return [asked(reader, data["days"], keep, give_up, anyone(reader))]
