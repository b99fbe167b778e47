"""開單無紙化 of a plate that the reader has bound began or ended by another's doing.

Data: vehicle, a domain.bindings.Vehicle; state, its domain.bindings.Paperless; today, the city's day.
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.binding import paperless_changed
from flex_templates.card import Press
from flex_templates.person import anyone

key = "paperless_changed"
title = msgid("開單無紙化有更動")
topics = (Topic.ACCOUNT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card, with the way to change it."""
    vehicle = data["vehicle"]
    values = {"plate": vehicle.plate.canonical, "kind": vehicle.kind.value}
    see = Press(reader.t("編輯"), door("vehicles", "edit", **values))
    return [paperless_changed(reader, vehicle, data["state"], data["today"], see, anyone(reader))]
