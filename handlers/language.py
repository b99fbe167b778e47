"""語言: Chinese or English, from this answer on."""

from collections.abc import Callable

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.postback import door
from bot.triggers import Words, normal
from bot.turn import Turn
from domain.reader import Display, Language, Reader, msgid
from flex_templates.choices import choose_language, chosen
from services.citizens import Citizens

DIRECT = {"中文": Language.ZH, "english": Language.EN}


class ChooseLanguage(Conversation[NoData]):
    key = "language"
    triggers = (Words("語言", "language", *DIRECT),)
    title = msgid("語言")
    explains = msgid("中文或英文")

    def __init__(self, citizens: Citizens, readers: Callable[[Language, Display], Reader]) -> None:
        self._citizens = citizens
        self._readers = readers

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        if wanted := DIRECT.get(normal(turn.typed)):
            return self._speak(turn, wanted)
        buttons = {language: door(self.key, "choose", to=language.value) for language in Language}
        return Done(choose_language(turn.reader, buttons))

    @entry
    def choose(self, turn: Turn[NoData]) -> Outcome:
        wanted = turn.value("to")
        return self._speak(turn, Language(wanted)) if wanted in set(Language) else self.begin(turn)

    def _speak(self, turn: Turn[NoData], language: Language) -> Outcome:
        self._citizens.choose_language(turn.uow, turn.channel, turn.citizen, language)
        turn.change_reader(language=language)
        turn.reader = self._readers(language, turn.reader.display)
        return Done(chosen(turn.reader, turn.t("好的，從現在起用中文回覆您。")))
