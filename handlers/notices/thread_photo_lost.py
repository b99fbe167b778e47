"""A photo that was sent into a case cannot be shown to staff. Data: number (C000123)."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.desk import photo_lost
from flex_templates.person import anyone

key = "thread_photo_lost"
title = msgid("傳給客服的照片沒有收到")
topics = (Topic.OWN_ACT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card that asks for it once more."""
    return [photo_lost(reader, data["number"], anyone(reader))]
