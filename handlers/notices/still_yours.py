"""「還是您的車嗎？」, once a year for each bound vehicle. Data: vehicle, the domain.bindings.Vehicle."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates import vehicle_notices
from flex_templates.card import Press
from flex_templates.person import anyone

key = "still_yours"
title = msgid("確認車輛還是您的")
topics = (Topic.ACCOUNT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card with the two answers."""
    vehicle = data["vehicle"]
    values = {"plate": vehicle.plate.canonical, "kind": vehicle.kind.value}
    yes = Press(reader.t("是，還是我的"), door("still_yours", "mine", **values))
    sold = Press(reader.t("已賣出"), door("still_yours", "sold", **values))
    return [vehicle_notices.still_yours(reader, vehicle, yes, sold, anyone(reader))]
