"""語言: Chinese or English, from this answer on."""

from collections.abc import Mapping
from typing import Any

from bot.conversation import Conversation, NoData
from bot.message import Message
from bot.triggers import Words
from bot.turn import Turn
from domain.reader import Language, msgid
from flex_templates.choices import choose_language
from handlers.reader_choice import ReaderChoice


class ChooseLanguage(ReaderChoice[Language], Conversation[NoData]):
    named = {"中文": Language.ZH, "english": Language.EN}
    choices = Language
    key = "language"
    triggers = (Words("語言", "language", *named),)
    title = msgid("語言")
    explains = msgid("中文或英文")

    def card(self, turn: Turn[Any], buttons: Mapping[Language, str]) -> Message:
        return choose_language(turn.reader, buttons)

    def keep(self, turn: Turn[Any], wanted: Language) -> None:
        self._citizens.choose_language(turn.uow, turn.channel, turn.citizen, wanted)
        turn.change_reader(language=wanted)

    def kept(self, turn: Turn[Any]) -> str:
        return turn.t("好的，從現在起用中文回覆您。")
