"""A pass is paid for, online or at the lot.

Data: passes (one domain.passsales.PassBought), plate, amount (NT$, provider fee included), number (繳費編號, or the
lot's own receipt number), receipt_url (None: paid at the lot), trial (no real money moved), today (a date).
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.pass_money import issued

key = "pass_issued"
title = msgid("月票已繳費")
topics = (Topic.OWN_ACT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card: plate, validity, what was paid, the receipt."""
    (bought,) = data["passes"]
    told = {name: data[name] for name in ("plate", "amount", "number", "receipt_url", "trial", "today")}
    return [issued(reader, bought, **told)]
