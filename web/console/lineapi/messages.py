"""Message objects: what LINE refuses beyond the schema (reference "Message objects")."""

import re
from typing import Any

from web.console.lineapi import limits
from web.console.lineapi.actions import QUICK_REPLY, check_action
from web.console.lineapi.errors import Path
from web.console.lineapi.flex import check_flex
from web.console.lineapi.report import Report
from web.console.lineapi.templates import check_imagemap, check_template

Message = dict[str, Any]

_KEY = re.compile(f"[A-Za-z0-9_]{{1,{limits.SUBSTITUTION_KEY}}}")
_BRACES = re.compile(r"\{\{|\}\}|\{(" + _KEY.pattern + r")\}|[{}]")


def check_message(message: Message, path: Path, report: Report) -> None:
    """Note what LINE would refuse in a message that has passed the schema."""
    _quick_reply(message.get("quickReply"), (*path, "quickReply"), report)
    _sender(message.get("sender"), (*path, "sender"), report)
    kind = message["type"]
    if kind in ("flex", "template", "imagemap"):
        report.units((*path, "altText"), message["altText"], limits.ALT_TEXT)
    if kind == "flex":
        check_flex(message["contents"], (*path, "contents"), report)
    elif kind in _CHECKS:
        _CHECKS[kind](message, path, report)


def _quick_reply(quick_reply: dict[str, Any] | None, path: Path, report: Report) -> None:
    if quick_reply is None:
        return
    report.count((*path, "items"), quick_reply["items"], limits.QUICK_REPLY_ITEMS)
    for number, item in enumerate(quick_reply["items"]):
        place = (*path, "items", number)
        if item["type"] != "action":
            report.add((*place, "type"), "Must be one of the following values: [action]")
        report.url((*place, "imageUrl"), item.get("imageUrl"))
        check_action(item["action"], QUICK_REPLY, (*place, "action"), report)


def _sender(sender: dict[str, Any] | None, path: Path, report: Report) -> None:
    if sender is None:
        return
    report.units((*path, "name"), sender.get("name"), limits.SENDER_NAME)
    if limits.SENDER_NAME_MAY_NOT_HOLD in sender.get("name", ""):
        report.add((*path, "name"), f"May not hold {limits.SENDER_NAME_MAY_NOT_HOLD}")
    report.url((*path, "iconUrl"), sender.get("iconUrl"))


def _text(message: Message, path: Path, report: Report) -> None:
    text = message["text"]
    report.units((*path, "text"), text, limits.TEXT)
    emojis = message.get("emojis", ())
    if len(emojis) > limits.TEXT_EMOJIS:
        report.add((*path, "emojis"), f"Size must be between 0 and {limits.TEXT_EMOJIS}")
    units = text.encode("utf-16-le", "surrogatepass") if emojis else b""
    for number, emoji in enumerate(emojis):
        at = 2 * int(emoji["index"])  # to JSON Schema, 0.0 is an integer too
        if at < 0 or units[at : at + 2] != b"$\0":
            report.add((*path, "emojis", number, "index"), "index must point at a $ of the text")


def _text_v2(message: Message, path: Path, report: Report) -> None:
    text, given = message["text"], message.get("substitution", {})
    report.units((*path, "text"), text, limits.TEXT)
    for match in _BRACES.finditer(text):
        if match[1] is not None and match[1] not in given:
            report.add((*path, "text"), f"no substitution for {match[0]}")
        elif match[0] in ("{", "}"):
            report.add((*path, "text"), "a brace must be doubled or hold a key")
    if len(given) > limits.SUBSTITUTIONS:
        report.add((*path, "substitution"), f"Size must be between 0 and {limits.SUBSTITUTIONS}")
    for key in given:
        if not _KEY.fullmatch(key):
            report.add((*path, "substitution", key), "invalid key")
    kinds = [value["type"] for value in given.values()]
    for kind, most in (("mention", limits.SUBSTITUTED_MENTIONS), ("emoji", limits.SUBSTITUTED_EMOJIS)):
        if kinds.count(kind) > most:
            report.add((*path, "substitution"), f"at most {most} of type {kind}")


def _image(message: Message, path: Path, report: Report) -> None:
    report.url((*path, "originalContentUrl"), message["originalContentUrl"])
    report.url((*path, "previewImageUrl"), message["previewImageUrl"])
    report.units((*path, "trackingId"), message.get("trackingId"), limits.TRACKING_ID)


def _audio(message: Message, path: Path, report: Report) -> None:
    report.url((*path, "originalContentUrl"), message["originalContentUrl"])
    if message["duration"] < 1:
        report.add((*path, "duration"), "Must be 1 or more")


def _location(message: Message, path: Path, report: Report) -> None:
    report.units((*path, "title"), message["title"], limits.LOCATION_FIELD)
    report.units((*path, "address"), message["address"], limits.LOCATION_FIELD)
    for name, most in (("latitude", 90), ("longitude", 180)):
        if abs(message[name]) > most:
            report.add((*path, name), f"Must be between -{most} and {most}")


def _sticker(message: Message, path: Path, report: Report) -> None:
    for name in ("packageId", "stickerId"):
        if not message[name].isdecimal():
            report.add((*path, name), "Must be a number")


def _template(message: Message, path: Path, report: Report) -> None:
    check_template(message["template"], (*path, "template"), report)


_CHECKS = {
    "text": _text,
    "textV2": _text_v2,
    "image": _image,
    "video": _image,
    "audio": _audio,
    "location": _location,
    "sticker": _sticker,
    "template": _template,
    "imagemap": check_imagemap,
}


def holds_mention(message: Message) -> bool:
    """Whether a textV2 message mentions somebody: allowed in groups and rooms only."""
    given = message.get("substitution")
    return isinstance(given, dict) and any(
        isinstance(value, dict) and value.get("type") == "mention" for value in given.values()
    )
