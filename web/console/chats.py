"""What happens on the page: citizens and what they do in their chats. Everything reaches the bot as LINE's webhooks."""

import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from domain.clock import Clock
from web.console.lineapi.events import Event, Events, sign, user_id
from web.console.lineapi.memory import Memory, User
from web.console.lineapi.platform import LinePlatform
from web.console.menu import MenuSource, default_menu
from web.console.poster import Poster

CITIZENS = 12
NAME_LENGTH = 20  # LINE's own limit of a display name
LOOPBACK = ("localhost", "127.0.0.1")
LANGUAGES = ("zh-Hant", "en")
LOG_LENGTH = 200


@dataclass(frozen=True, slots=True)
class TrayItem:
    """A text message or e-mail that left the service: shown here instead of reaching a phone."""

    key: str
    kind: str  # "sms" or "mail"
    to: str
    subject: str
    text: str
    at: datetime


Tray = Callable[[], Sequence[TrayItem]]


@dataclass(frozen=True, slots=True)
class Try:
    """Something worth typing, and what it shows in the two languages of the page."""

    type: str
    zh: str
    en: str


Tries = Callable[[], Sequence[Try]]


@dataclass(frozen=True, slots=True)
class Said:
    """What a citizen did, as their own chat shows it; `shown` None for a press that says nothing."""

    seq: int
    chat_id: str
    at: datetime
    shown: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Logged:
    """One HTTP call, without its body: a webhook to us, or a call of ours to LINE's API that was refused."""

    seq: int
    at: datetime
    what: str
    status: int | None
    milliseconds: float
    reason: str = ""


@dataclass
class Console:
    """LINE on this machine. `post` takes signed webhooks to /callback; `tray` lists what would be SMS and e-mail,
    `tries` what is worth typing.

    `own_address` (http://host:port) is where the bot and the citizens reach us: excused from https, like the two names
    of the loopback on that port.
    """

    channel_secret: str
    access_token: str
    own_address: str
    clock: Clock
    post: Poster
    tray: Tray = tuple
    tries: Tries = tuple
    menu: MenuSource = default_menu
    memory: Memory = field(default_factory=Memory)

    def __post_init__(self) -> None:
        own = urlsplit(self.own_address)
        hosts = frozenset({own.netloc.lower(), *(f"{name}:{own.port}" for name in LOOPBACK if own.port)})
        self.platform = LinePlatform(
            access_token=self.access_token, clock=self.clock, memory=self.memory, own_hosts=hosts
        )
        self.born = secrets.token_hex(8)
        self.events = Events(self.platform)
        self.log: deque[Logged] = deque(maxlen=LOG_LENGTH)
        self._welcomed = False

    def welcome(self) -> bool:
        """Whether this is the first look at the page, so that a first citizen should be made."""
        with self.memory.changed:
            first, self._welcomed = not self._welcomed, True
            return first and not self.memory.users

    def add(self, name: str, language: str) -> str:
        """A new citizen who adds the bot as a friend. Raises ValueError for a name or language that LINE has not."""
        name = name.strip()
        if not 1 <= len(name) <= NAME_LENGTH:
            raise ValueError(f"1 to {NAME_LENGTH} characters")
        self._held_language(language)
        with self.memory.changed:
            if len(self.memory.users) >= CITIZENS:
                raise ValueError(f"at most {CITIZENS} citizens")
            made = User(user_id(), name, language)
            self.memory.users[made.user_id] = made
            self._welcomed = True
            self.memory.touch()
        self._do(made.user_id, self.events.follow(made.user_id), {"type": "note", "note": "followed"})
        return made.user_id

    def remove(self, citizen: str) -> None:
        """Forget a citizen and their chat."""
        with self.memory.changed:
            self._known(citizen)
            del self.memory.users[citizen]
            self.memory.timelines.pop(citizen, None)
            self.memory.touch()

    def change_language(self, citizen: str, language: str) -> None:
        """Change the language of a citizen's LINE."""
        self._held_language(language)
        with self.memory.changed:
            self._known(citizen).language = language
            self.memory.touch()

    def block(self, citizen: str) -> None:
        """Block the bot: from now on nothing arrives."""
        self._known(citizen)
        self._do(citizen, self.events.unfollow(citizen), {"type": "note", "note": "blocked"})

    def unblock(self, citizen: str) -> None:
        """Take the bot back."""
        self._known(citizen)
        self._do(citizen, self.events.follow(citizen, unblocked=True), {"type": "note", "note": "unblocked"})

    def say(self, citizen: str, text: str) -> None:
        """Send a text."""
        self._free(citizen)
        if not text.strip():
            raise ValueError("empty text")
        self._do(citizen, self.events.text(citizen, text), {"type": "text", "text": text})

    def press(self, citizen: str, data: str, display_text: str | None, params: dict[str, str] | None) -> None:
        """Press a button: the data of that very button goes out, however old its card is."""
        self._free(citizen)
        shown = {"type": "text", "text": display_text} if display_text else None
        self._do(citizen, self.events.postback(citizen, data, params), shown)

    def switch_menu(self, citizen: str, data: str, alias: str) -> None:
        """Press a button that exchanges the rich menu for the one an alias means."""
        self._free(citizen)
        menus = self.platform.rich_menus
        with self.memory.changed:
            found = menus.aliases.get(alias)
            if found:
                menus.linked[citizen] = found
        status = "SUCCESS" if found else "RICHMENU_ALIAS_ID_NOTFOUND"
        self.press(citizen, data, None, {"newRichMenuAliasId": alias, "status": status})

    def photo(self, citizen: str, data: bytes, media_type: str) -> None:
        """Send a photo."""
        self._free(citizen)
        event = self.events.image(citizen, data, media_type)
        self._do(citizen, event, {"type": "photo", "id": event["message"]["id"]})

    def place(self, citizen: str, latitude: float, longitude: float, title: str, address: str) -> None:
        """Send a location."""
        self._free(citizen)
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise ValueError("no such place")
        event = self.events.location(citizen, latitude, longitude, title, address)
        self._do(citizen, event, {key: value for key, value in event["message"].items() if key != "id"})

    def sticker(self, citizen: str, package_id: str, sticker_id: str) -> None:
        """Send a sticker."""
        self._free(citizen)
        event = self.events.sticker(citizen, package_id, sticker_id)
        self._do(citizen, event, {"type": "sticker", "packageId": package_id, "stickerId": sticker_id})

    def link(self, token: str, nonce: str) -> None:
        """LINE's dialog of account linking, to which a member site sends the browser on. Raises ValueError."""
        citizen = self.platform.people.take_link(token, nonce)
        linked = self.events.event("accountLink", citizen, link={"result": "ok", "nonce": nonce})
        self._do(citizen, linked, {"type": "note", "note": "linked"})

    def _known(self, citizen: str) -> User:
        if citizen not in self.memory.users:
            raise LookupError("no such citizen")
        return self.memory.users[citizen]

    def _free(self, citizen: str) -> None:
        """Raises ValueError while the citizen blocks the bot: LINE's app sends nothing then."""
        if self._known(citizen).blocked:
            raise ValueError("blocked")

    def _held_language(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"one of {', '.join(LANGUAGES)}")

    def _do(self, citizen: str, event: Event, shown: dict[str, Any] | None) -> None:
        """Show what the citizen did, and tell the bot."""
        seq = self.memory.next_seq()
        self.memory.record(Said(seq, citizen, self.clock.now(), shown))
        body = self.events.body([event])
        started = time.perf_counter()
        status = self.post(body, sign(body, self.channel_secret))
        self.note(event["type"], status, time.perf_counter() - started, seq=seq)

    def note(self, what: str, status: int | None, seconds: float, *, reason: str = "", seq: int = 0) -> None:
        """Write one line of the log; `seq` is the happening that a webhook told of."""
        with self.memory.changed:
            self.log.append(Logged(seq, self.clock.now(), what, status, round(seconds * 1000, 1), reason))
            self.memory.touch()
