"""Staff unbound a vehicle at its citizen's request. Data: vehicle, the domain.bindings.Vehicle."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.person import anyone
from flex_templates.vehicle_notices import unbound_for

key = "unbound_for_you"
title = msgid("客服解除了車輛的綁定")
topics = (Topic.ACCOUNT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card."""
    return [unbound_for(reader, data["vehicle"], anyone(reader))]
