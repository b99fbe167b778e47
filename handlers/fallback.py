"""What no other conversation takes: unknown words, kinds of input we cannot use. Never silence.

Words that answer a question of 答客問 are answered with the questions they may mean, along with the head of the menu.
"""

from collections.abc import Callable, Sequence

from bot.conversation import Conversation, Done, NoData, Outcome, Switch, entry
from bot.input import Location, Sticker, Text
from bot.postback import door
from bot.registry import FALLBACK, HEAR, MenuItem
from bot.turn import Turn
from domain.reader import Reader
from flex_templates.menu import Item, not_understood
from flex_templates.person import anyone
from handlers.help import Help, menu_items
from services.desk.threads import Threads
from services.questions import QuestionBook

DESK = "contact"  # key of the conversation in which a person hears
ANSWERS_QUESTIONS = "faq"  # key of the conversation that shows an answer
MOST_QUESTIONS = 3
MOST_ITEMS = 5


def cannot_use(reader: Reader, given: object) -> str:
    """Why this kind of input is of no use here, and what is."""
    match given:
        case Text():
            return reader.t("抱歉，看不懂這句話。")
        case Location():
            return reader.t("目前不需要您的位置，我們沒有留存。")
        case Sticker():
            return reader.t("收到您的貼圖，謝謝。")
        case _:
            return reader.t("這種訊息目前無法處理，我們沒有留存。")


class Fallback(Conversation[NoData]):
    key = FALLBACK

    def __init__(self, menu: Callable[[], Sequence[MenuItem]], questions: QuestionBook, threads: Threads) -> None:
        self._menu = menu
        self._questions = questions
        self._threads = threads

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        if self._threads.open_case(turn.uow, turn.channel, turn.citizen):  # opened again by staff a moment ago
            return Switch(DESK, HEAR)
        found = self._questions.now(turn.uow).search(turn.typed)[:MOST_QUESTIONS]
        asked = [(one.told(turn.reader.language).ask, door(ANSWERS_QUESTIONS, "show", id=one.id)) for one in found]
        what = turn.t("您問的可能是：") if asked else cannot_use(turn.reader, turn.input)
        return Done(not_understood(turn.reader, what, asked, self._first_items(turn.reader), anyone(turn.reader)))

    def _first_items(self, reader: Reader) -> list[Item]:
        """What people mostly want, and 說明, which has the rest: the answer is to be short."""
        menu = self._menu()
        others = [item for item in menu if item.title != Help.title][:MOST_ITEMS]
        return menu_items(reader, [*others, *(item for item in menu if item.title == Help.title)])
