"""A conversation kit in the hand: speaks to the engine alone, without database, Redis or LINE."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import BaseModel
from sqlalchemy import Engine as DatabaseEngine

from bot.conversation import Ask, Conversation, Done, Goto, Outcome, Stay, Switch, entry, step
from bot.dialog import Dialog
from bot.engine import Engine
from bot.event import read
from bot.input import Joined, Photo, Press, SpokenTo, Text
from bot.message import Message, quick_press
from bot.postback import door
from bot.registry import Registry
from bot.results import Handled, Pending
from bot.run import Incoming
from bot.triggers import Kind, Shape, Words
from bot.turn import Turn
from domain.errors import CitizenMistakeError
from domain.reader import Display, Language, Reader
from infra.database import UnitOfWork

CITIZEN = "U" + "1" * 32
GROUP = "C" + "2" * 32


class Standing:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


class People:
    """The directory in memory."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[Language, Display]] = {}
        self.heard: set[str] = set()
        self.gone: dict[str, bool] = {}

    def preferences_of(
        self, uow: UnitOfWork, citizens: Sequence[tuple[str, str]]
    ) -> list[tuple[Language, Display, bool] | None]:
        found = [(self.known.get(citizen), citizen in self.heard) for _channel, citizen in citizens]
        return [(*known, heard) if known else None for known, heard in found]

    def meet(self, uow: UnitOfWork, channel: str, citizen: str, line_language: str | None) -> Language:
        self.known[citizen] = (Language.of_line(line_language), Display.NORMAL)
        return self.known[citizen][0]

    def blocked(self, uow: UnitOfWork, channel: str, citizen: str, *, blocked: bool) -> None:
        self.gone[citizen] = blocked


class Order(Conversation["Order.Data"]):
    """Tea, for the tests: size, then milk, then an outside question."""

    key = "tea"
    triggers = (Words("點茶", "tea"), Shape("number", str.isdigit, 10))
    title = "點茶"

    class Data(BaseModel):
        size: str = ""
        milk: str = ""

    @entry
    def begin(self, turn: Turn[Any]) -> Outcome:
        return Goto(self.size)

    @entry
    def again(self, turn: Turn[Any]) -> Outcome:
        return Done(turn.text("再來一杯{size}", size=turn.value("size")))

    @step()
    def size(self, turn: Turn[Any]) -> Message:
        return turn.text("要多大？", quick=[quick_press("大杯", turn.button("big", size="L"))])

    @size.answer
    def size_given(self, turn: Turn[Any]) -> Outcome:
        turn.data.size = turn.value("size") or turn.typed
        if turn.data.size == "XXL":
            raise CitizenMistakeError("沒有 {size} 這種大小", size="XXL")
        return Goto(self.milk, (turn.text("好的"),))

    @step(accepts=(Text,))
    def milk(self, turn: Turn[Any]) -> Message:
        return turn.text("{size} 要加奶嗎？", size=turn.data.size)

    @milk.answer
    def milk_given(self, turn: Turn[Any]) -> Outcome:
        turn.data.milk = turn.typed

        async def price() -> int:
            await asyncio.sleep(0)
            return 50

        return Ask(price, self.priced)

    def priced(self, turn: Turn[Any], price: int) -> Outcome:
        if turn.data.milk == "?":
            return Stay(turn.text("請回答要或不要"))
        turn.change_reader(language=Language.EN)
        more = quick_press("再來一杯", door("tea", "again", size=turn.data.size))
        return Done(turn.text("{price} 元", quick=[more], price=price))


class Other(Conversation[Any]):
    key = "other"
    triggers = (Words("換人"), Kind(Joined), Kind(SpokenTo))

    @entry
    def begin(self, turn: Turn[Any]) -> Outcome:
        if isinstance(turn.input, Joined | SpokenTo):
            return Done(turn.text("請私訊"))
        return Switch("tea", "again", (("size", "M"),))


class Fallback(Conversation[Any]):
    key = "fallback"

    @entry
    def begin(self, turn: Turn[Any]) -> Outcome:
        return Done(turn.text("聽不懂"))


class Talk:
    """One citizen speaking; `said` is what the last answer said."""

    def __init__(self, *conversations: Conversation[Any], line_language: str | None = "zh-Hant") -> None:
        self.people = People()
        self.dialog = Dialog()
        self.answers: Sequence[Message] = ()
        self._ids = itertools.count()

        async def language(citizen: str) -> str | None:
            return line_language

        self.registry = Registry(conversations or (Order(), Other(), Fallback()))

        def reader(language: Language, display: Display) -> Reader:
            return Reader(language, display, {"要多大？": "What size?"} if language is Language.EN else {})

        self.engine = Engine(self.registry, self.people, Standing(), reader, language)

    @property
    def labels(self) -> list[str]:
        """What the quick replies under the last answer say."""
        return [item["action"]["label"] for item in self.answers[-1]["quickReply"]["items"]]

    def button(self, label: str) -> str:
        """The data of a button under the last answer."""
        items = [item["action"] for message in self.answers for item in message.get("quickReply", {}).get("items", ())]
        return next(str(action["data"]) for action in items if action["label"] == label)

    @property
    def said(self) -> list[str]:
        return [message["text"] for message in self.answers]

    def event(self, kind: str, **parts: Any) -> list[str]:
        """Deliver one event and give the answer, as the pump does."""
        raw = {"type": kind, "source": {"type": "user", "userId": CITIZEN}, "replyToken": "r", **parts}
        incoming = Incoming("U" + "0" * 32, f"E{next(self._ids)}", read(raw))
        result: Handled | Pending = self.engine.handle(self._unit(), incoming, self.dialog)
        while isinstance(result, Pending):
            answer = asyncio.run(cast(Any, result.question()))
            result = result.go_on(self._unit(), answer)
        self.dialog = result.dialog or self.dialog
        if result.dialog:
            assert Dialog.load(result.dialog.dump()) == result.dialog
        self.answers = result.messages
        return self.said

    def say(self, text: str) -> list[str]:
        return self.event("message", message={"type": "text", "id": "1", "text": text})

    def press(self, data: str) -> list[str]:
        return self.event("postback", postback={"data": data})

    def photo(self) -> list[str]:
        return self.event("message", message={"type": "image", "id": "9"})

    @staticmethod
    def _unit() -> UnitOfWork:
        return UnitOfWork(cast(DatabaseEngine, None))


__all__ = ["CITIZEN", "GROUP", "Fallback", "Order", "Other", "Photo", "Press", "Talk"]
