"""What no other conversation takes: unknown words, kinds of input we cannot use. Never silence."""

from collections.abc import Callable, Sequence

from bot.conversation import Conversation, Done, NoData, Outcome, entry
from bot.input import Location, Photo, Sticker, Text
from bot.registry import FALLBACK, MenuItem
from bot.turn import Turn
from domain.reader import Reader
from flex_templates.menu import not_understood
from flex_templates.person import anyone
from handlers.help import menu_items


def cannot_use(reader: Reader, given: object) -> str:
    """Why this kind of input is of no use here, and what is."""
    match given:
        case Text():
            return reader.t("抱歉，看不懂這句話。")
        case Photo():
            return reader.t("目前還不能辨識照片。請輸入繳費單上的帳單號碼，或直接輸入車牌。")
        case Location():
            return reader.t("目前不需要您的位置，我們沒有留存。")
        case Sticker():
            return reader.t("收到您的貼圖，謝謝。")
        case _:
            return reader.t("這種訊息目前無法處理，我們沒有留存。")


class Fallback(Conversation[NoData]):
    key = FALLBACK

    def __init__(self, menu: Callable[[], Sequence[MenuItem]]) -> None:
        self._menu = menu

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        what = cannot_use(turn.reader, turn.input)
        return Done(not_understood(turn.reader, what, menu_items(turn.reader, self._menu()), anyone(turn.reader)))
