"""What LINE remembers: citizens, chats, tokens, contents. In memory, behind one lock, gone with the process."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

Message = dict[str, Any]


@dataclass(slots=True)
class User:
    """A LINE user as the platform knows them. `language` is None until they consent to LINE's privacy policy."""

    user_id: str
    display_name: str = "市民"
    language: str | None = "zh-Hant"
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one accepted call brought to one chat. `body`: the request's bytes, None where the books are kept light."""

    seq: int
    chat_id: str
    kind: str  # reply, push, multicast or broadcast
    message_ids: tuple[str, ...]
    at: datetime
    request_id: str
    retry_key: str | None
    body: bytes | None

    def messages(self) -> list[Message]:
        """The messages as they were sent. Raises LookupError when the books do not keep bodies."""
        if self.body is None:
            raise LookupError("this platform keeps no bodies")
        messages: list[Message] = orjson.loads(self.body)["messages"]
        return messages


@dataclass(frozen=True, slots=True)
class Content:
    """A file that a user sent. `data` is None once its message was unsent."""

    data: bytes | None
    media_type: str


@dataclass(slots=True)
class ReplyToken:
    """A reply token that has not been used: where it leads, the event's time, and when a webhook last carried it."""

    chat_id: str
    issued: datetime
    carried: datetime


@dataclass(frozen=True, slots=True)
class LinkToken:
    """A token to link accounts with that has not been used: whose it is, and until when it is good."""

    user_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AcceptedKey:
    """A retry key that LINE has accepted."""

    request_id: str
    at: datetime
    sent: list[dict[str, str]] | None


@dataclass
class Memory:
    """The platform's whole state. Hold `changed` while reading or writing more than one thing."""

    keeps_bodies: bool = True
    users: dict[str, User] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    timelines: dict[str, list[Any]] = field(default_factory=dict)
    contents: dict[str, Content] = field(default_factory=dict)
    reply_tokens: dict[str, ReplyToken] = field(default_factory=dict)
    link_tokens: dict[str, LinkToken] = field(default_factory=dict)
    retry_keys: dict[str, AcceptedKey] = field(default_factory=dict)
    loading_until: dict[str, datetime] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=lambda: threading.Condition(threading.RLock()))
    _seq: int = 0
    _message_id: int = 500_000_000_000_000_000

    def next_seq(self) -> int:
        """A number that grows with everything that happens: the order of the books and of the page."""
        with self.changed:
            self._seq += 1
            return self._seq

    @property
    def last_seq(self) -> int:
        """The number of the latest happening."""
        return self._seq

    def next_message_id(self) -> str:
        """An id in LINE's form: 18 digits."""
        with self.changed:
            self._message_id += 1
            return str(self._message_id)

    def record(self, entry: Any) -> None:
        """Append a happening (it has `seq` and `chat_id`) to its chat and wake those who wait."""
        with self.changed:
            self.timelines.setdefault(entry.chat_id, []).append(entry)
            self.changed.notify_all()

    def touch(self) -> None:
        """Something other than a chat changed: count it and wake those who wait."""
        with self.changed:
            self._seq += 1
            self.changed.notify_all()

    def meet(self, user_id: str) -> User:
        """The user of an id, known from now on."""
        with self.changed:
            return self.users.setdefault(user_id, User(user_id))

    def deliveries(self, chat_id: str) -> list[Delivery]:
        """What a chat received, in order, duplicates included."""
        with self.changed:
            return [entry for entry in self.timelines.get(chat_id, ()) if isinstance(entry, Delivery)]

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition of the books holds, at most `seconds`. Returns whether it does."""
        with self.changed:
            return self.changed.wait_for(condition, seconds)
