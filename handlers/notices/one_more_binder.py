"""One more person bound a plate that the reader has bound. Data: vehicle, the domain.bindings.Vehicle."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.binding import one_more
from flex_templates.card import Press
from flex_templates.person import anyone

key = "one_more_binder"
title = msgid("多一人綁定您的車輛")
topics = (Topic.ACCOUNT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card, with the button that reports it."""
    vehicle = data["vehicle"]
    values = {"plate": vehicle.plate.canonical, "kind": vehicle.kind.value}
    report = Press(reader.t("回報這個綁定"), door("vehicles", "report", **values))
    return [one_more(reader, vehicle, report, anyone(reader))]
