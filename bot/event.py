"""Reads one webhook event of LINE, tolerantly: kinds and properties not known yet are no error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import postback
from bot.input import (
    AccountLinked,
    Followed,
    Input,
    Joined,
    Location,
    OtherMessage,
    Photo,
    Press,
    SpokenTo,
    Sticker,
    Text,
)

LINE_ID = re.compile(r"[UCR][0-9a-f]{32}")
MOST_TOKEN_CHARACTERS = 64  # LINE's are 32
SOURCE_IDS = {"user": "userId", "group": "groupId", "room": "roomId"}


@dataclass(frozen=True, slots=True)
class Event:
    """What the engine needs of an event. `lane` is who is answered: a citizen, a group, a room, or "" for nobody."""

    type: str
    lane: str
    private: bool  # a one-to-one chat
    standby: bool  # another module has the chat: say nothing
    reply_token: str | None
    input: Input | None  # None: nothing to answer
    payload: postback.Payload | None = None  # of a button of ours


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def line_id(value: object) -> str | None:
    """The value if it is an id of LINE's, else None."""
    return value if isinstance(value, str) and LINE_ID.fullmatch(value) else None


def word(value: object) -> str:
    """The value if it is a text, else ""."""
    return value if isinstance(value, str) else ""


def clean(value: object) -> str:
    """A text as databases and LINE take it: without NUL, a lone half of a surrogate pair replaced."""
    return word(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def lane_of(event: Mapping[str, Any]) -> str:
    """Who must be answered in order; "" where the event names nobody."""
    source = mapping(event.get("source"))
    return line_id(source.get(SOURCE_IDS.get(word(source.get("type")), ""))) or ""


def read(event: Mapping[str, Any]) -> Event:
    """The event as data. Never raises for what LINE may send."""
    kind = word(event.get("type"))
    private = mapping(event.get("source")).get("type") == "user"
    payload = postback.read(clean(mapping(event.get("postback")).get("data"))) if kind == "postback" else None
    return Event(
        type=kind,
        lane=lane_of(event),
        private=private,
        standby=event.get("mode") == "standby",
        reply_token=_reply_token(word(event.get("replyToken"))),
        input=_input(kind, event, private, payload),
        payload=payload,
    )


def _reply_token(token: str) -> str | None:
    fits = 0 < len(token) <= MOST_TOKEN_CHARACTERS and token.isascii() and token.isprintable()
    return token if fits else None


def _input(kind: str, event: Mapping[str, Any], private: bool, payload: postback.Payload | None) -> Input | None:
    if kind in ("message", "messageEdited"):
        message = mapping(event.get("message"))
        return _message(message) if private else _spoken_to(message)
    if kind in ("join",):
        return Joined()
    if not private:
        return None
    if kind == "postback":
        return _press(mapping(event.get("postback")), payload)
    if kind == "follow":
        return Followed(mapping(event.get("follow")).get("isUnblocked") is True)
    if kind == "accountLink":
        link = mapping(event.get("link"))
        return AccountLinked(link.get("result") == "ok", clean(link.get("nonce")))
    return None


def _message(message: Mapping[str, Any]) -> Input:
    kind = word(message.get("type"))
    if kind == "text" and isinstance(message.get("text"), str):
        quoted, own = (clean(message.get(name)) or None for name in ("quotedMessageId", "id"))
        return Text(clean(message["text"]), quoted, own)
    if kind == "image" and isinstance(message.get("id"), str):
        return Photo(clean(message["id"]))
    if kind == "location":
        latitude, longitude = _degrees(message.get("latitude"), 90), _degrees(message.get("longitude"), 180)
        if latitude is not None and longitude is not None:
            return Location(
                latitude, longitude, clean(message.get("title")) or None, clean(message.get("address")) or None
            )
    if kind == "sticker":
        return Sticker()
    return OtherMessage(clean(kind))


def _degrees(value: object, most: int) -> float | None:
    """A latitude or longitude; None for what is no place on earth."""
    return float(value) if isinstance(value, int | float) and -most <= value <= most else None


def _spoken_to(message: Mapping[str, Any]) -> Input | None:
    """In a group we answer only when someone names us."""
    mentionees = mapping(message.get("mention")).get("mentionees")
    named = isinstance(mentionees, list) and any(mapping(m).get("isSelf") is True for m in mentionees)
    return SpokenTo() if named else None


def _press(back: Mapping[str, Any], payload: postback.Payload | None) -> Input | None:
    params = mapping(back.get("params"))
    if "newRichMenuAliasId" in params or "status" in params:
        return None  # a rich menu tab: LINE has switched it already
    picked = next((clean(params[key]) for key in ("date", "time", "datetime") if word(params.get(key))), None)
    if payload is None:
        return Press("")
    return Press(payload.values.get("a", payload.action), payload.values, picked)
