"""LINE message objects as data, and what is true of all of them."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from bot.limits import (
    ALT_TEXT,
    DISPLAY_TEXT,
    MESSAGES_PER_CALL,
    QUICK_REPLIES,
    QUICK_REPLY_LABEL,
    TEXT,
    cut_label,
    cut_text,
    split_text,
    utf16,
)

Message = dict[str, Any]  # one LINE message object
QuickReply = dict[str, Any]


def text(body: str) -> Message:
    """A text message; fit() splits it when it is longer than LINE takes."""
    return {"type": "text", "text": body}


def flex(alt_text: str, contents: Message) -> Message:
    """A Flex message. `alt_text` is seen on lock screens: no plate, name or street in it."""
    return {"type": "flex", "altText": cut_text(alt_text, ALT_TEXT), "contents": contents}


def image(url: str) -> Message:
    """A picture from our own address; small enough to be its own preview (LINE: at most 1 MB)."""
    return {"type": "image", "originalContentUrl": url, "previewImageUrl": url}


def quick_press(label: str, data: str) -> QuickReply:
    """A quick reply that presses a button of ours; its label appears as what the citizen said."""
    shown = cut_label(label, QUICK_REPLY_LABEL)
    return {
        "type": "action",
        "action": {"type": "postback", "label": shown, "data": data, "displayText": label[:DISPLAY_TEXT]},
    }


def quick_say(label: str, said: str | None = None) -> QuickReply:
    """A quick reply that types a word for the citizen."""
    return {
        "type": "action",
        "action": {"type": "message", "label": cut_label(label, QUICK_REPLY_LABEL), "text": said or label},
    }


def quick_camera(label: str) -> QuickReply:
    """A quick reply that opens LINE's camera."""
    return {"type": "action", "action": {"type": "camera", "label": cut_label(label, QUICK_REPLY_LABEL)}}


def quick_photos(label: str) -> QuickReply:
    """A quick reply that lets a photo be chosen."""
    return {"type": "action", "action": {"type": "cameraRoll", "label": cut_label(label, QUICK_REPLY_LABEL)}}


def with_quick_replies(message: Message, replies: Iterable[QuickReply]) -> Message:
    """The message with these quick replies after those it has: of its own as many as LINE shows beside them."""
    added = list(replies)[:QUICK_REPLIES]
    items = [*message.get("quickReply", {}).get("items", ())][: QUICK_REPLIES - len(added)] + added
    return {**message, "quickReply": {"items": items}} if items else message


def spoken(message: Message) -> str:
    """What a message says in words: for those LINE refuses to show, and for tests."""
    if message["type"] in ("text", "textV2"):
        return str(message["text"])
    return str(message.get("altText", ""))


def fit(messages: Sequence[Message]) -> list[list[Message]]:
    """The messages as calls of at most 5, long texts split, quick replies on the very last (LINE shows only those)."""
    flat: list[Message] = []
    for message in messages:
        if message["type"] == "text" and utf16(message["text"]) > TEXT:
            pieces = list(split_text(message["text"]))
            flat += [{"type": "text", "text": piece} for piece in pieces[:-1]] + [{**message, "text": pieces[-1]}]
        else:
            flat.append(message)
    quick = next((m["quickReply"] for m in reversed(flat) if "quickReply" in m), None)
    flat = [{k: v for k, v in m.items() if k != "quickReply"} if "quickReply" in m else m for m in flat]
    if quick:
        flat[-1] = {**flat[-1], "quickReply": quick}
    return [flat[i : i + MESSAGES_PER_CALL] for i in range(0, len(flat), MESSAGES_PER_CALL)]


def serialise(messages: Sequence[Message]) -> bytes:
    """The JSON array that goes on the wire, made once."""
    return orjson.dumps(messages)


def as_plain(messages: Sequence[Message]) -> bytes | None:
    """The same call in words only, as JSON; None when it is words already."""
    if all(message["type"] == "text" for message in messages):
        return None
    return serialise([text(cut_text(spoken(message) or "…", TEXT)) for message in messages])
