"""Somebody became a friend, or unblocked us: the welcome card with the notice of 個資法 §8."""

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.input import Followed
from bot.postback import door
from bot.triggers import Kind
from bot.turn import Turn
from domain.accountrules import AccountRules
from domain.reader import Language
from flex_templates import welcome
from flex_templates.person import anyone
from handlers.language import ChooseLanguage
from services.links import Links


class Follow(Conversation[NoData]):
    key = "follow"
    triggers = (Kind(Followed),)

    def __init__(self, links: Links, account_rules: AccountRules) -> None:
        self._privacy = links.privacy_url
        self._agency = account_rules.agency

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        other = Language.EN if turn.reader.language is Language.ZH else Language.ZH
        switch = door(ChooseLanguage.key, "choose", to=other.value)
        agency = self._agency.name(turn.reader.language)
        return Done(welcome.message(turn.reader, switch, anyone(turn.reader), agency, self._privacy))
