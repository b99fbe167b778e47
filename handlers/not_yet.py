"""Words of the rich menu and of today's services whose capability is not offered yet.

Each row says kindly what one can do instead. Once a capability is built, its conversation takes the words and the
row goes.
"""

from dataclasses import dataclass

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.triggers import Words, normal
from bot.turn import Turn
from domain.reader import msgid
from flex_templates.errors import not_yet
from flex_templates.person import anyone


@dataclass(frozen=True, slots=True)
class Row:
    """Words, what they ask for, and what to do instead."""

    words: tuple[str, ...]
    title: str
    instead: str


ASK_OFFICE = msgid("請洽收費機關，或撥打下方電話詢問。")

ROWS = (
    Row(("水費",), msgid("水費"), ASK_OFFICE),
    Row(("電費",), msgid("電費"), ASK_OFFICE),
    Row(("燃料費",), msgid("燃料費"), ASK_OFFICE),
    Row(("罰鍰",), msgid("罰鍰"), ASK_OFFICE),
)

BY_WORD = {normal(word): row for row in ROWS for word in row.words}


class NotYet(Conversation[NoData]):
    key = "not_yet"
    triggers = (Words(*BY_WORD),)

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        row = BY_WORD[normal(turn.typed)]
        return Done(not_yet(turn.reader, turn.t(row.title), turn.t(row.instead), anyone(turn.reader)))
