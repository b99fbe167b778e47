"""說明: what one can do here, generated from the registry of conversations."""

from collections.abc import Callable, Sequence

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.registry import MenuItem
from bot.triggers import Words
from bot.turn import Turn
from domain.reader import Reader, msgid
from flex_templates.menu import Item, help_message
from flex_templates.person import anyone


def menu_items(reader: Reader, menu: Sequence[MenuItem]) -> list[Item]:
    """The registry's menu in the reader's language."""
    return [Item(reader.t(item.title), reader.t(item.explains)) for item in menu]


class Help(Conversation[NoData]):
    key = "help"
    triggers = (Words("說明", "help", "?", "選單", "menu", "使用說明"),)
    title = msgid("說明")
    explains = msgid("看這裡能做什麼")

    def __init__(self, menu: Callable[[], Sequence[MenuItem]]) -> None:
        self._menu = menu

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        others = [item for item in self._menu() if item.title != self.title]
        return Done(help_message(turn.reader, menu_items(turn.reader, others), anyone(turn.reader)))
