"""What staff said of the photos for 資格審查, or that a photo could not be had.

Data: standing (EntryStanding), state (passed, more, refused; gone or unreadable: of a photo), reason (staff's words, ""
where there are none), today (a date).
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.card import Press
from flex_templates.pass_evidence import judged
from flex_templates.person import anyone
from handlers.pass_receipts import EVIDENCE

key = "pass_qualified"
title = msgid("月票資格審查結果")
topics = (Topic.DRAW,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card, with the button to send more where that helps."""
    one = data["standing"]
    again = Press(reader.t("傳證明文件照片"), door(EVIDENCE, "begin", entry=str(one.entry_id)))
    given = (data["state"], data["reason"], data["today"], again, anyone(reader))
    return [judged(reader, one, *given)]
