"""What was promised: cities that were still being asked have answered, or could not be asked to the end.

Data: view, the domain.billsview.BillsView of exactly those cities. Its button asks once more, for the whole answer
with its ways to pay: nothing in a notice may be older than its press.
"""

from collections.abc import Mapping
from typing import Any

from bot.message import Message
from bot.postback import door
from domain.notices import Topic
from domain.reader import Reader, msgid
from flex_templates.card import Press
from flex_templates.person import office
from flex_templates.promised import message
from handlers.answering import ANSWERS

key = "promised_bills"
title = msgid("停車費查詢結果")
topics = (Topic.OWN_ACT,)


def render(reader: Reader, data: Mapping[str, Any]) -> list[Message]:
    """One card: what each of the cities said."""
    view = data["view"]
    see = Press(reader.t("看帳單"), door(ANSWERS, "again", plate=view.plate.canonical, kind=view.kind.value))
    silent = [silent.city for silent in (*view.could_not_ask, *view.promised)]
    return [message(reader, view, see, office(reader, silent))]
