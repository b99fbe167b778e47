"""A refund is on its way, done, or refused by its provider.

Data: amount (NT$), state ("asked", "done" or "refused"), trial (no real money moves), and account_url (the page that
takes a bank account) or transferred (staff have sent it) where the money can only go back by a bank transfer.
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from domain.refunds import RefundState
from flex_templates.person import anyone
from flex_templates.refunds import progress

key = "refund_progress"
title = msgid("退款進度")
topics = (Topic.ACCOUNT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card with the amount and what comes next."""
    state = RefundState(data["state"])
    return [
        progress(
            reader,
            amount=data["amount"],
            state=state,
            person=anyone(reader),
            trial=data["trial"],
            account_url=data.get("account_url"),
            transferred=data.get("transferred", False),
        )
    ]
