"""Staff wrote an application down at the counter for somebody whose number is verified here.

Data: standing (EntryStanding), receipt (its text), page_url and code_url (of the receipt), today (a date).
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message, text
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.pass_change import entered_by_staff
from flex_templates.person import anyone

key = "pass_applied"
title = msgid("月票申請已登記")
topics = (Topic.DRAW,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """A card with the number, and the receipt as text to keep."""
    given = (data["standing"], data["page_url"], data["code_url"], data["today"], anyone(reader))
    return [entered_by_staff(reader, *given), text(data["receipt"])]
