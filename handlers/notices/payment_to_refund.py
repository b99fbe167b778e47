"""Money came that paid nothing (late, or twice): it is on the refund list.

Data: amount (NT$), trial (no real money moved), passes (what was to be bought of monthly passes; empty for bills).
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.payment import to_refund
from flex_templates.person import anyone

key = "payment_to_refund"
title = msgid("款項已列入退款")
topics = (Topic.OWN_ACT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card that says so, with a person to ask."""
    return [
        to_refund(reader, amount=data["amount"], person=anyone(reader), trial=data["trial"], lost=bool(data["passes"]))
    ]
