"""The member of the city's own site whom this chat was linked with has linked another chat. No data."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.card import Press
from flex_templates.member_link import moved
from flex_templates.person import anyone

key = "member_moved"
title = msgid("官網會員已改連到別的聊天室")
topics = (Topic.ACCOUNT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:  # noqa: ARG001 - every notice is given it
    """One card, with the way to link this chat again."""
    return [moved(reader, Press(reader.t("重新連結"), door("member_link", "begin")), anyone(reader))]
