"""銷帳完成: every agency of an order has written its bills off.

Data: amount (NT$, the provider's fee not included), count (bills), receipt_url, trial (no real money moved).
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.payment import written_off

key = "write_off_done"
title = msgid("銷帳完成")
topics = (Topic.WRITE_OFF,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card with the sum and the receipt."""
    amount, count = data["amount"], data["count"]
    return [written_off(reader, amount=amount, count=count, receipt_url=data["receipt_url"], trial=data["trial"])]
