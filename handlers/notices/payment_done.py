"""繳費成功: the money is booked.

Data: amount (NT$, provider fee included), count (bills paid), receipt_url, trial (no real money moved).
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.payment import paid

key = "payment_done"
title = msgid("繳費成功")
topics = (Topic.OWN_ACT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card with the sum and the receipt."""
    amount, count = data["amount"], data["count"]
    return [paid(reader, amount=amount, count=count, receipt_url=data["receipt_url"], trial=data["trial"])]
