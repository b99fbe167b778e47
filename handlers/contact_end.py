"""結束: the citizen closes their case with the service desk."""

from bot.conversation import Conversation, NoData, Outcome, Switch, entry
from bot.triggers import Words
from bot.turn import Turn
from handlers.contact import Contact


class ContactEnd(Conversation[NoData]):
    key = "contact_end"
    triggers = (Words("結束", "結束案件", "end", "close case"),)

    @entry
    def begin(self, _turn: Turn[NoData]) -> Outcome:
        return Switch(Contact.key, "end")
