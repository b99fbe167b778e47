"""聯絡我們: whom to call."""

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.triggers import Words
from bot.turn import Turn
from domain.cities import Cities
from domain.reader import msgid
from flex_templates.errors import contact
from flex_templates.person import offices


class Contact(Conversation[NoData]):
    key = "contact"
    triggers = (Words("聯絡我們", "客服", "contact"),)
    title = msgid("聯絡我們")
    explains = msgid("打電話找承辦人員")

    def __init__(self, cities: Cities) -> None:
        self._cities = cities

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        return Done(contact(turn.reader, offices(turn.reader, self._cities.values())))
