"""Somebody became a friend, or unblocked us: the welcome card."""

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.input import Followed
from bot.postback import door
from bot.triggers import Kind
from bot.turn import Turn
from domain.reader import Language
from flex_templates import welcome
from flex_templates.person import anyone
from handlers.language import ChooseLanguage


class Follow(Conversation[NoData]):
    key = "follow"
    triggers = (Kind(Followed),)

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        other = Language.EN if turn.reader.language is Language.ZH else Language.ZH
        switch = door(ChooseLanguage.key, "choose", to=other.value)
        return Done(welcome.message(turn.reader, switch, anyone(turn.reader)))
