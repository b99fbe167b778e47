"""Dialog state: one JSON value per (channel, citizen) in Redis, written only over an older one, with one TTL.

The database keeps the newest state beside its event for a while (models/inbound.py), so a kill between commit and
Redis loses nothing; loading takes the newer of the two. Both copies are sealed for their citizen: a dialog may hold
what somebody has just typed. Only the version stays readable, for the comparing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

import orjson
import redis
import structlog

from domain.reader import Display, Language
from infra.crypto import UnreadableError

DIALOG_SECONDS = 3600  # an unfinished dialog is forgotten after an hour
HISTORY_STEPS = 8  # how many steps 上一步 can go back
VERSION_DIGITS = 16

log = structlog.get_logger(__name__)

# A longer or equal version in Redis stays: versions are zero-padded, so text order is number order.
SET_IF_NEWER = f"""
local stored = redis.call('GETRANGE', KEYS[1], 0, {VERSION_DIGITS - 1})
if stored < string.sub(ARGV[1], 1, {VERSION_DIGITS}) then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
  return 1
end
return 0
"""

Lane = tuple[str, str]  # channel, citizen


@dataclass(frozen=True, slots=True)
class Waiting:
    """The prompt a dialog waits at."""

    conversation: str
    conversation_version: int
    step: str
    token: str
    data: Mapping[str, Any] = field(default_factory=dict)
    history: Sequence[tuple[str, Mapping[str, Any]]] = ()  # earlier (step, data), oldest first


@dataclass(frozen=True, slots=True)
class Dialog:
    """What is remembered of one citizen between two events. `version` grows with every change."""

    version: int = 0
    language: Language | None = None  # None: not known yet, the citizen table is asked
    display: Display = Display.NORMAL
    waiting: Waiting | None = None
    heard: bool = False  # somebody at a desk hears whatever no question of ours takes

    def next(self, **changes: Any) -> "Dialog":
        """The state after a change."""
        return replace(self, version=self.version + 1, **changes)

    def dump(self) -> bytes:
        """As bytes: version, then JSON."""
        waiting = self.waiting
        body = {
            "l": self.language,
            "d": self.display,
            "h": self.heard,
            "w": waiting
            and [
                waiting.conversation,
                waiting.conversation_version,
                waiting.step,
                waiting.token,
                waiting.data,
                waiting.history,
            ],
        }
        return f"{self.version:0{VERSION_DIGITS}d}".encode() + orjson.dumps(body)

    @classmethod
    def load(cls, value: bytes | None) -> "Dialog":
        """From bytes; a fresh one from nothing or from what cannot be read (an older release's shape)."""
        if not value:
            return cls()
        version = version_of(value)
        try:
            body = orjson.loads(value[VERSION_DIGITS:])
            conversation, release, step, token, data, history = body["w"] or [None] * 6
            waiting = Waiting(conversation, release, step, token, data, tuple(map(tuple, history))) if step else None
            language = Language(body["l"]) if body["l"] else None
            return cls(version, language, Display(body["d"]), waiting, bool(body.get("h")))
        except (ValueError, KeyError, TypeError):
            log.warning("dialog_unreadable")
            return cls(version)  # what comes next must count as newer than what could not be read


class Sealer(Protocol):
    """Encrypts for one place (infra.crypto.FieldCipher)."""

    def encrypt(self, text: str, place: str) -> bytes:
        """A token of `text`, readable at `place` only."""
        ...

    def decrypt(self, token: bytes, place: str) -> str:
        """The text of a token. Raises UnreadableError."""
        ...


class DialogStore:
    """Redis as the fast copy. When it cannot be reached the database's copy serves; nothing fails for it."""

    def __init__(self, client: redis.Redis, sealer: Sealer) -> None:
        self._redis = client
        self._sealer = sealer
        self._set_if_newer = client.register_script(SET_IF_NEWER)

    @staticmethod
    def key(lane: Lane) -> str:
        return f"dialog:{lane[0]}:{lane[1]}"

    def seal(self, lane: Lane, dialog: Dialog) -> bytes:
        """The state as both stores keep it: readable with DATA_KEYS, for this lane."""
        value = dialog.dump()
        return value[:VERSION_DIGITS] + self._sealer.encrypt(value[VERSION_DIGITS:].decode(), self.key(lane))

    def open(self, lane: Lane, value: bytes | None) -> Dialog:
        """The sealed state; a fresh one from nothing, or from what no key reads any longer."""
        if not value:
            return Dialog()
        try:
            body = self._sealer.decrypt(value[VERSION_DIGITS:], self.key(lane))
        except UnreadableError:
            log.warning("dialog_unreadable")
            return Dialog(version_of(value))
        return Dialog.load(value[:VERSION_DIGITS] + body.encode())

    def load(self, lanes: Sequence[Lane]) -> list[bytes | None]:
        """The stored states, in the order of `lanes`; None where there is none, or no Redis."""
        if not lanes:
            return []
        try:
            return cast(list[bytes | None], self._redis.mget([self.key(lane) for lane in lanes]))
        except redis.RedisError as error:
            log.warning("dialog_store_unreachable", error=type(error).__name__)
            return [None] * len(lanes)

    def save(self, lane: Lane, dialog: Dialog) -> None:
        """Keep the state unless Redis has a newer one."""
        self.save_sealed({lane: self.seal(lane, dialog)})

    def save_sealed(self, sealed: Mapping[Lane, bytes]) -> None:
        """save() of several in one go, as seal() made them."""
        if not sealed:
            return
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for lane, value in sealed.items():
                    self._set_if_newer(keys=[self.key(lane)], args=[value, DIALOG_SECONDS], client=pipe)
                pipe.execute()
        except redis.RedisError as error:
            log.warning("dialog_not_saved", error=type(error).__name__)


def version_of(value: bytes) -> int:
    """The version that a stored state begins with; 0 when it does not."""
    head = value[:VERSION_DIGITS]
    return int(head) if len(head) == VERSION_DIGITS and head.isdigit() else 0


def newer(one: bytes | None, other: bytes | None) -> bytes | None:
    """The state with the higher version."""
    return max((value for value in (one, other) if value), key=lambda value: value[:VERSION_DIGITS], default=None)
