"""公告 that the city sends to many. Data: announcement, with told(language); today, the city's day."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.dates import day
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates import announcements
from flex_templates.card import Press
from flex_templates.person import anyone

key = "announcement"
title = msgid("市府公告")
topics = (Topic.NEWS,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """The card that 公告 shows, with the way to be told less."""
    one = data["announcement"]
    told = one.told(reader.language)
    news = announcements.News(told.title, day(reader, one.published, data["today"]), told.body)
    fewer = Press(reader.t("通知設定"), door("notice_settings", "begin"))
    return [announcements.message(reader, [news], anyone(reader), fewer)]
