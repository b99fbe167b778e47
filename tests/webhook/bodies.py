"""Webhook calls as nobody would wish them: real events among broken ones, in odd JSON, rightly and wrongly signed."""

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from infra.clock import SystemClock
from tests.fakes.line import ACCESS_TOKEN, CHANNEL_SECRET
from tests.webhook.house import NEW_SECRET
from web.console.lineapi.events import Event, Events, sign
from web.console.lineapi.memory import Memory
from web.console.lineapi.platform import LinePlatform
from web.line.callback import MOST_BODY_BYTES

CITIZENS = 400
TEXTS = (
    "待繳",
    "說明",
    "聯絡我們",
    "取消",
    "上一步",
    "help",
    "語言",
    "ABC-1234",
    "12345678",
    "👨‍👩‍👧 é\u200d",
    "?" * 4000,
)
SPACES = ("", "", "", " ", "\n", "\r\n\t ")

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 2**31, 2**53, 2**63, -(2**64), 10**30, 10**400, float("nan"), float("inf")),
    *("", " ", "\0", "a\0b", "\ud800", "\udc00x", "👨‍👩‍👧", "Ω" * 300, "x" * 6000, "9" * 400, "user", "U" + "g" * 32),
    *([], {}, [[]], [None], {"": {}}, {"type": {}}, [{"userId": 1}], {"isSelf": True}),
)
BROKEN_JSON = ("null", "7", '"event"', "[]", "true", "{}", '{"type":"message","type":"follow","type":[]}')


@dataclass(frozen=True)
class Call:
    """One call, what it must be answered with, and the events that must be in the inbox because of it."""

    body: bytes
    headers: dict[str, str]
    status: int
    good: list[Event] = field(default_factory=list)

    @property
    def stored(self) -> list[Event]:
        return self.good if self.status == 200 else []


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


class Bodies:
    """An endless stream of calls, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._number = 0
        self._citizens = ["U" + self._hex() for _ in range(CITIZENS)]
        self._groups = ["C" + self._hex() for _ in range(5)]
        self._messages: list[str] = ["1"]
        self.taken_back: set[str] = set()  # messages that some event unsends
        self._templates = self._real_events()

    @staticmethod
    def events() -> Events:
        """What makes real events."""
        return Events(LinePlatform(access_token=ACCESS_TOKEN, clock=SystemClock(), memory=Memory()))

    @staticmethod
    def _real_events() -> list[Event]:
        events = Bodies.events()
        user, group = "U" + "0" * 32, "C" + "0" * 32
        named = {"mention": {"mentionees": [{"index": 0, "length": 1, "userId": "U" + "9" * 32, "isSelf": True}]}}
        return [
            *events.every_type(user, group),
            *(events.text(user, text) for text in TEXTS),
            events.text(group, "@bot 待繳", by=user, **named),
            events.image(user, b"jpeg"),
            events.video(user, b"mp4"),
            events.audio(user, b"mp4"),
            events.file(user, b"pdf", "bill.pdf"),
            events.location(user, 25.03, 121.56, "市府", "市府路1號"),
            events.sticker(user),
            events.postback(user, "help.begin"),
            events.postback(user, "language.choose?to=en", {"date": "2026-11-21"}),
            events.postback(user, "menu", {"newRichMenuAliasId": "a", "status": "SUCCESS"}),
        ]

    def __iter__(self) -> Iterator[Call]:
        while True:
            yield self._call()

    def good(self) -> Event:
        """A real event of a new id."""
        event = deepcopy(self._random.choice(self._templates))
        self._number += 1
        event["webhookEventId"] = f"01{self._number:024d}"
        event["timestamp"] = 1_790_000_000_000 + self._number
        if "replyToken" in event:
            event["replyToken"] = self._hex()
        source = event.get("source", {})
        for name, values in (("userId", self._citizens), ("groupId", self._groups)):
            if name in source:
                source[name] = self._random.choice(values)
        if "message" in event:
            event["message"]["id"] = str(500_000_000_000_000_000 + self._number)
            self._messages.append(event["message"]["id"])
        if "unsend" in event:
            event["unsend"]["messageId"] = self._random.choice(self._messages[-20:])
            self.taken_back.add(event["unsend"]["messageId"])
        return event

    def dump(self, webhook: Any) -> bytes:
        """JSON of any value, written one way or another."""
        return self._json(webhook).encode("utf-8", "surrogatepass")

    def _hex(self) -> str:
        return f"{self._random.getrandbits(128):032x}"

    def _call(self) -> Call:
        chance = self._random.random()
        good = [self.good() for _ in range(self._random.choice((0, 1, 1, 1, 2, 3)))]
        pieces = [self._json(event) for event in good]
        for _ in range(self._random.choice((0, 1, 1, 2, 3))):
            pieces.insert(self._random.randrange(len(pieces) + 1), self._broken())
        if good and chance < 0.2:  # delivered twice within one call
            pieces.append(self._json(good[0] | {"deliveryContext": {"isRedelivery": True}}))
        body = self._envelope(pieces).encode("utf-8", "surrogatepass")
        if chance > 0.998:
            return Call(body + b" " * MOST_BODY_BYTES, self._signed(body), 413)
        if chance > 0.97:
            cut = body[: self._random.randrange(1, len(body.rstrip()))]
            return Call(cut, self._signed(cut), 400)
        if chance > 0.93:
            return Call(body, self._wrongly_signed(body), 400, good)
        return Call(body, self._signed(body), 200, good)

    def _envelope(self, pieces: list[str]) -> str:
        space = self._space
        destination = self._random.choice(('"U' + "0" * 32 + '"',) * 8 + ("null", '"\\ud800"', "{}", "7"))
        events = f"[{','.join(space() + piece + space() for piece in pieces)}]"
        names = [f'"destination"{space()}:{destination}', f'"events":{space()}{events}']
        self._random.shuffle(names)
        if self._random.random() < 0.05:
            names.insert(0, '"events":[{"type":"message"}]')  # of two keys the last counts, as everywhere in JSON
        if self._random.random() < 0.05:
            names.append(f'"new":{nested(self._random.choice((3, 300, 3000)))}')
        return space() + "{" + space() + ("," + space()).join(names) + "}" + space()

    def _space(self) -> str:
        return self._random.choice(SPACES)

    def _json(self, value: Any) -> str:
        separators = self._random.choice(((",", ":"), (", ", ": "), (" ,\n", "\t:")))
        return json.dumps(value, ensure_ascii=self._random.random() < 0.5, separators=separators)

    def _signed(self, body: bytes) -> dict[str, str]:
        name = self._random.choice(("X-Line-Signature", "x-line-signature", "X-LINE-SIGNATURE"))
        return {name: sign(body, self._random.choice((CHANNEL_SECRET, NEW_SECRET)))}

    def _wrongly_signed(self, body: bytes) -> dict[str, str]:
        wrong = [sign(body, "another secret"), sign(body + b" ", CHANNEL_SECRET), sign(body, CHANNEL_SECRET)[:-1], "é"]
        return self._random.choice([{}, *({"X-Line-Signature": signature} for signature in wrong)])

    def _broken(self) -> str:
        ways: list[Callable[[], str]] = [
            lambda: self._random.choice(BROKEN_JSON),
            lambda: f'{{"type":"message","timestamp":{"9" * 5000}}}',
            lambda: f'{{"type":{nested(self._random.choice((120, 300, 1015, 3000)))}}}',
            lambda: f'{{"source":{{"type":"user","userId":{nested(990)}}}}}',
            *[self._mutated] * 12,
        ]
        return self._random.choice(ways)()

    def _mutated(self) -> str:
        event: Any = self.good()
        for _ in range(self._random.choice((1, 1, 2, 4))):
            self._change(event)
        if self._random.random() < 0.5:
            event["surprise"] = self._random.choice(ODD)
        return self._json(event)

    def _change(self, event: Event) -> None:
        """Something in the event goes missing, or becomes something else; its id more rarely than the rest."""
        inside: Any = event
        while True:
            names = [name for name in inside if name != "webhookEventId" or self._random.random() < 0.1]
            if not names:
                return
            name = self._random.choice(names)
            if isinstance(inside[name], dict) and self._random.random() < 0.7:
                inside = inside[name]
                continue
            if self._random.random() < 0.3:
                del inside[name]
            else:
                inside[name] = self._random.choice(ODD)
            return
