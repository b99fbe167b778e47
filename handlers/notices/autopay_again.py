"""代繳: another firm may bind the plate now, as the reader asked to be told.

Data: vehicle, a domain.bindings.Vehicle; held, (domain.autopay.Firm, HolderReport) of firms reported to hold it still;
now, the moment of the notice.
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates import autopay
from flex_templates.card import Press
from flex_templates.person import anyone

key = "autopay_again"
title = msgid("可以重新綁定代繳")
topics = (Topic.ASKED_FOR,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card, with the way to look again."""
    vehicle = data["vehicle"]
    look = Press(reader.t("再查一次"), door("autopay", "show", plate=vehicle.plate.canonical, kind=vehicle.kind.value))
    return [autopay.again(reader, vehicle, data["held"], data["now"], look, anyone(reader))]
