"""繳費提醒: new bills, bills whose deadline is near, bills past it; all that are new to the reader in one card.

Data: facts, domain.reminders.Fact, the most urgent first; today, the city's day; pay_url, "" where nothing of it is
paid here; links, the services.links.Links that make addresses.
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.reader import Reader, msgid
from domain.reminders import URGENCY
from flex_templates.card import Press
from flex_templates.person import anyone
from flex_templates.reminder import due
from handlers.calendar_link import calendar_link

key = "bills_due"
title = msgid("停車費提醒")
topics = URGENCY


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card, with the way to pay and the way to be told less."""
    fewer = Press(reader.t("通知設定"), door("notice_settings", "begin"))
    owed = [(fact.deadline, fact.amount) for fact in data["facts"]]
    calendar = calendar_link(reader, data["links"], owed, data["today"])
    return [due(reader, data["facts"], data["today"], data["pay_url"], calendar, fewer, anyone(reader))]
