"""顯示: normal, large letters, or plain text for screen readers, from this answer on."""

from collections.abc import Callable

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.postback import door
from bot.triggers import Words, normal
from bot.turn import Turn
from domain.reader import Display, Language, Reader, msgid
from flex_templates.choices import choose_display, chosen, display_name
from services.citizens import Citizens

DIRECT = {
    "一般": Display.NORMAL,
    "大字": Display.LARGE,
    "純文字": Display.PLAIN,
    "normal text": Display.NORMAL,
    "large text": Display.LARGE,
    "plain text": Display.PLAIN,
}


class ChooseDisplay(Conversation[NoData]):
    key = "display"
    triggers = (Words("顯示", "display", "顯示方式", *DIRECT),)
    title = msgid("顯示")
    explains = msgid("大字，或適合螢幕報讀的純文字")

    def __init__(self, citizens: Citizens, readers: Callable[[Language, Display], Reader]) -> None:
        self._citizens = citizens
        self._readers = readers

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        if wanted := DIRECT.get(normal(turn.typed)):
            return self._show(turn, wanted)
        buttons = {display: door(self.key, "choose", to=display.value) for display in Display}
        return Done(choose_display(turn.reader, buttons))

    @entry
    def choose(self, turn: Turn[NoData]) -> Outcome:
        wanted = turn.value("to")
        return self._show(turn, Display(wanted)) if wanted in set(Display) else self.begin(turn)

    def _show(self, turn: Turn[NoData], display: Display) -> Outcome:
        self._citizens.choose_display(turn.uow, turn.channel, turn.citizen, display)
        turn.change_reader(display=display)
        turn.reader = self._readers(turn.reader.language, display)
        words = turn.t("好的，從現在起以「{display}」顯示。", display=display_name(turn.reader, display))
        return Done(chosen(turn.reader, words))
