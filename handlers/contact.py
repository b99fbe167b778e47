"""聯絡我們: whom to call."""

from collections.abc import Callable, Sequence

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.triggers import Words
from bot.turn import Turn
from domain.reader import Reader, msgid
from flex_templates.errors import contact
from flex_templates.person import Person, anyone


class Contact(Conversation[NoData]):
    key = "contact"
    triggers = (Words("聯絡我們", "客服", "contact"),)
    title = msgid("聯絡我們")
    explains = msgid("打電話找承辦人員")

    def __init__(self, offices: Callable[[Reader], Sequence[Person]]) -> None:
        """`offices`: those whose telephone is known, the nearest first."""
        self._offices = offices

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        return Done(contact(turn.reader, [*self._offices(turn.reader), anyone(turn.reader)]))
