"""顯示: normal, large letters, or plain text for screen readers, from this answer on."""

from collections.abc import Mapping
from typing import Any

from bot.conversation import Conversation, NoData
from bot.message import Message
from bot.triggers import Words
from bot.turn import Turn
from domain.reader import Display, msgid
from flex_templates.choices import choose_display
from flex_templates.words import display_name
from handlers.reader_choice import ReaderChoice


class ChooseDisplay(ReaderChoice[Display], Conversation[NoData]):
    named = {
        "一般": Display.NORMAL,
        "大字": Display.LARGE,
        "純文字": Display.PLAIN,
        "normal text": Display.NORMAL,
        "large text": Display.LARGE,
        "plain text": Display.PLAIN,
    }
    choices = Display
    key = "display"
    triggers = (Words("顯示", "display", "顯示方式", *named),)
    title = msgid("顯示")
    explains = msgid("大字，或適合螢幕報讀的純文字")

    def card(self, turn: Turn[Any], buttons: Mapping[Display, str]) -> Message:
        return choose_display(turn.reader, buttons)

    def keep(self, turn: Turn[Any], wanted: Display) -> None:
        self._citizens.choose_display(turn.uow, turn.channel, turn.citizen, wanted)
        turn.change_reader(display=wanted)

    def kept(self, turn: Turn[Any]) -> str:
        return turn.t("好的，從現在起以「{display}」顯示。", display=display_name(turn.reader, turn.reader.display))
