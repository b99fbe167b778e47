"""Speaks as a citizen: say(), press(), send_photo(); then look at what was answered.

Every answer is checked as LINE would check it, and its altText for what a lock screen must not show.
"""

import asyncio
import itertools
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import orjson

from bot.dialog import Dialog
from bot.engine import Directory, Engine
from bot.event import read
from bot.message import Message, fit, serialise
from bot.registry import Registry, discover
from bot.results import Handled, Pending, write_kept
from bot.run import Incoming
from domain.clock import Clock
from domain.reader import Display, Language
from infra.database import UnitOfWorkFactory
from infra.locales import reader
from web.console.lineapi.check import check_body

CHANNEL = "U" + "0" * 32
GROUP = "C" + "2" * 32
PLATE_LIKE = re.compile(r"[A-Z]{2,4}-?\d{3,5}|\d{3,4}-?[A-Z]{2,3}")


def actions(part: Any) -> list[dict[str, Any]]:
    """Every LINE action in a message, in reading order."""
    if isinstance(part, list):
        return [action for item in part for action in actions(item)]
    if not isinstance(part, dict):
        return []
    own = [part["action"]] if isinstance(part.get("action"), dict) else []
    inner = [value for name, value in part.items() if name != "action" and isinstance(value, dict | list)]
    return own + [action for value in inner for action in actions(value)]


def texts(part: Any) -> list[str]:
    """Every text a citizen sees in a message, in reading order; quick replies are buttons, not texts."""
    if isinstance(part, list):
        return [text for item in part for text in texts(item)]
    if not isinstance(part, dict):
        return []
    own = [part["text"]] if part.get("type") == "text" else []
    inner = [v for n, v in part.items() if n not in ("action", "quickReply") and isinstance(v, dict | list)]
    return own + [text for value in inner for text in texts(value)]


class Answer:
    """What one event was answered with."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = messages
        self.shown = "\n".join(texts(list(messages)))
        self.every = actions(list(messages))
        self.buttons = {action["label"]: action for action in reversed(self.every)}

    def __contains__(self, words: str) -> bool:
        return words in self.shown

    def __repr__(self) -> str:
        return f"{self.shown}\n[{' | '.join(self.buttons)}]"

    def link(self, start: str) -> str:
        """The address of the first link whose label starts so."""
        return next(str(a["uri"]) for label, a in self.buttons.items() if label.startswith(start) and "uri" in a)


class Flow:
    """One citizen's chat with the real conversations."""

    channel = CHANNEL

    def __init__(
        self,
        units: UnitOfWorkFactory,
        clock: Clock,
        services: Mapping[str, Any],
        *,
        line_language: str | None = "zh-Hant",
        package: str = "handlers",
    ) -> None:
        self.services = services
        self.registry: Registry
        given = {"menu": lambda: self.registry.menu(), "readers": reader, **services}
        self.registry = Registry(discover(package, given))

        async def language(_citizen: str) -> str | None:
            return line_language

        make_reader: Callable[[Language, Display], Any] = reader
        self._engine = Engine(self.registry, cast(Directory, services["citizens"]), clock, make_reader, language)
        self._units = units
        self._ids = itertools.count()
        self.citizen = f"U{uuid.uuid4().hex}"
        self.dialog = Dialog()
        self.answer = Answer(())

    def event(self, kind: str, **parts: Any) -> Answer:
        """Deliver one event as the pump does: questions are asked with nothing held, one commit at the end."""
        raw = {"type": kind, "source": {"type": "user", "userId": self.citizen}, "replyToken": "r", **parts}
        incoming = Incoming(CHANNEL, f"{self.citizen}{next(self._ids)}", read(raw))
        uow = self._units()
        result: Handled | Pending = self._engine.handle(uow, incoming, self.dialog)
        while isinstance(result, Pending):
            uow.rollback()
            uow.close()
            found = asyncio.run(cast(Any, result.question()))
            uow = self._units()
            result = result.go_on(uow, found)
        write_kept(uow, [result])
        uow.commit()
        uow.close()
        self.dialog = Dialog.load(result.dialog.dump()) if result.dialog else self.dialog
        self._check(result.messages)
        self.answer = Answer(result.messages)
        return self.answer

    def say(self, text: str) -> Answer:
        return self.event("message", message={"type": "text", "id": "1", "text": text})

    def press(self, label: str, answer: Answer | None = None) -> Answer:
        """Press a button of the last answer, or of an earlier one: the one so labelled, or whose label begins so."""
        buttons = (answer or self.answer).buttons
        action = buttons.get(label) or next((a for name, a in buttons.items() if name.startswith(label)), None)
        assert action, f"no button {label!r} among {list(buttons)}"
        if action["type"] == "message":
            return self.say(action["text"])
        assert action["type"] == "postback", f"{label!r} is a {action['type']}"
        return self.event("postback", postback={"data": action["data"]})

    def send_data(self, data: str) -> Answer:
        """A postback with data of one's own making."""
        return self.event("postback", postback={"data": data})

    def send_photo(self, message_id: str = "9") -> Answer:
        return self.event("message", message={"type": "image", "id": message_id})

    def send_sticker(self) -> Answer:
        return self.event("message", message={"type": "sticker", "id": "9"})

    def send_location(self) -> Answer:
        return self.event("message", message={"type": "location", "id": "9", "latitude": 25.0, "longitude": 121.5})

    def send_other(self, kind: str) -> Answer:
        return self.event("message", message={"type": kind, "id": "9"})

    def follow(self) -> Answer:
        return self.event("follow", follow={"isUnblocked": False})

    def in_group(self, text: str, *, named: bool) -> Answer:
        """Somebody speaks in a group, naming the bot or not."""
        mention = {"mention": {"mentionees": [{"index": 0, "length": 3, "isSelf": True}]}} if named else {}
        message = {"type": "text", "id": "1", "text": text, **mention}
        return self.event(
            "message", source={"type": "group", "groupId": GROUP, "userId": self.citizen}, message=message
        )

    def forget_dialog(self) -> None:
        """As after an hour without a word: Redis no longer knows this citizen, the database does."""
        self.dialog = Dialog()

    @property
    def waiting(self) -> str | None:
        """The step the dialog waits at, None when it is over."""
        return self.dialog.waiting.step if self.dialog.waiting else None

    def _check(self, messages: Sequence[Message]) -> None:
        for call in fit(messages):
            body = orjson.loads(serialise(call))
            problems = check_body(
                "PushMessageRequest", {"to": self.citizen, "messages": body}, frozenset({"localhost:8000"})
            )
            assert problems == [], problems
        for message in messages:
            assert not PLATE_LIKE.search(message.get("altText", ""))
