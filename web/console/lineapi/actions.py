"""Action objects: which may stand where, and how long their parts may be (reference "Action objects")."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from web.console.lineapi import limits
from web.console.lineapi.errors import Path
from web.console.lineapi.report import Report

EVERYWHERE = frozenset({"postback", "message", "uri", "datetimepicker", "clipboard"})


@dataclass(frozen=True, slots=True)
class Seat:
    """A place an action can stand in (reference "Specification of the label")."""

    label_most: int
    label_required: bool
    allowed: frozenset[str] = EVERYWHERE


FLEX_BUTTON = Seat(limits.LABEL_FLEX_GRAPHEMES, label_required=True)
FLEX_AREA = Seat(limits.LABEL_FLEX_GRAPHEMES, label_required=False)
TEMPLATE_BUTTON = Seat(limits.LABEL_GRAPHEMES, label_required=True)
TEMPLATE_AREA = Seat(limits.LABEL_GRAPHEMES, label_required=False)
IMAGE_CAROUSEL = Seat(limits.LABEL_IMAGE_CAROUSEL_GRAPHEMES, label_required=False)
QUICK_REPLY = Seat(
    limits.LABEL_GRAPHEMES, label_required=True, allowed=EVERYWHERE | {"camera", "cameraRoll", "location"}
)
RICH_MENU = Seat(limits.LABEL_GRAPHEMES, label_required=False, allowed=EVERYWHERE | {"richmenuswitch"})

_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
_PICKED = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "time": re.compile(r"\d{2}:\d{2}"),
    "datetime": re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}"),
}


def check_action(action: dict[str, Any], seat: Seat, path: Path, report: Report) -> None:
    """Note what LINE would refuse in an action that has passed the schema."""
    kind = action["type"]
    if kind not in seat.allowed:
        report.add((*path, "type"), f"{kind} is not allowed here")
        return
    label = action.get("label")
    if label is None and seat.label_required:
        report.add((*path, "label"), "May not be empty")
    report.graphemes((*path, "label"), label, seat.label_most)
    checks = {"postback": _postback, "datetimepicker": _picker, "uri": _uri}
    if kind in checks:
        checks[kind](action, path, report)
    elif kind == "message":
        report.graphemes((*path, "text"), action["text"], limits.MESSAGE_TEXT_GRAPHEMES)
    elif kind == "clipboard":
        report.units((*path, "clipboardText"), action["clipboardText"], limits.CLIPBOARD_TEXT)
    elif kind == "richmenuswitch":
        report.units((*path, "data"), action["data"], limits.POSTBACK_DATA, least=0)


def _postback(action: dict[str, Any], path: Path, report: Report) -> None:
    report.units((*path, "data"), action["data"], limits.POSTBACK_DATA, least=0)
    for name in ("displayText", "text", "fillInText"):
        report.graphemes((*path, name), action.get(name), limits.POSTBACK_TEXT_GRAPHEMES)
    if "displayText" in action and "text" in action:
        report.add((*path, "text"), "displayText and text cannot be used together")
    if "fillInText" in action and action.get("inputOption") != "openKeyboard":
        report.add((*path, "fillInText"), "fillInText needs inputOption openKeyboard")


def _uri(action: dict[str, Any], path: Path, report: Report) -> None:
    report.action_uri((*path, "uri"), action["uri"])
    report.action_uri((*path, "altUri", "desktop"), action.get("altUri", {}).get("desktop"))


def _picker(action: dict[str, Any], path: Path, report: Report) -> None:
    report.units((*path, "data"), action["data"], limits.POSTBACK_DATA, least=0)
    values = {}
    for name in ("initial", "min", "max"):
        if name in action:
            values[name] = picked_value(action["mode"], action[name])
            if values[name] is None:
                report.add((*path, name), f"Must be a {action['mode']} in the format of the picker")
    lowest, highest = values.get("min"), values.get("max")
    if lowest and highest and lowest >= highest:
        report.add((*path, "min"), "min must be less than max")
    initial = values.get("initial")
    if initial and ((lowest and initial < lowest) or (highest and initial > highest)):
        report.add((*path, "initial"), "initial must lie between min and max")


def picked_value(mode: str, text: str) -> str | None:
    """A picker value in the form that sorts by time, None when LINE would not take it
    (reference "Date and time format": 1900-01-01 to 2100-12-31, no seconds, no time zone)."""
    if not _PICKED[mode].fullmatch(text):
        return None
    try:
        if mode == "time":
            time.fromisoformat(text)
            return text
        day = date.fromisoformat(text) if mode == "date" else datetime.fromisoformat(text.upper()).date()
    except ValueError:
        return None
    return text.upper() if _FIRST_DAY <= day <= _LAST_DAY else None
