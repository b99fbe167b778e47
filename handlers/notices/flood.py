"""防汛通知. Data: flood, a domain.floods.Flood; areas, domain.bindings.FloodArea of it; today, the city's day."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates import flood
from flex_templates.card import Press
from flex_templates.person import anyone

key = "flood"
title = msgid("防汛通知")
topics = (Topic.FLOOD,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card, with the way to be told less."""
    areas = [area.name(reader.language) for area in data["areas"]]
    fewer = Press(reader.t("通知設定"), door("notice_settings", "begin"))
    return [flood.message(reader, data["flood"], areas, data["today"], fewer, anyone(reader))]
