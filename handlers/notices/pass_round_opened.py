"""A round of a lot one starred has opened. Data: round (OpenRound), today (a date)."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.card import Press
from flex_templates.pass_lots import opened

key = "pass_round_opened"
title = msgid("收藏的停車場開放登記")
topics = (Topic.ROUND,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card, with the way to apply and the way to be told less."""
    one = data["round"]
    apply = Press(reader.t("申請這個停車場"), door("pass_apply", "of", draw=one.draw_id))
    fewer = Press(reader.t("取消收藏"), door("pass_openings", "unstar", lot=one.lot))
    return [opened(reader, one, data["today"], apply, fewer)]
