"""The place that was won is to be paid for soon. Data: standing (EntryStanding), pay_url or None, today (a date)."""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.pass_money import pay_soon
from flex_templates.person import anyone

key = "pass_pay_soon"
title = msgid("月票繳費提醒")
topics = (Topic.DRAW,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card with the amount and the way to pay."""
    return [pay_soon(reader, data["standing"], data["today"], data["pay_url"], anyone(reader))]
