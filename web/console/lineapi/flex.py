"""Flex messages: what LINE refuses beyond the schema (reference "Flex Message", guide "Flex Message elements")."""

import json
import re
from typing import Any

from web.console.lineapi import limits
from web.console.lineapi.actions import FLEX_AREA, FLEX_BUTTON, check_action
from web.console.lineapi.errors import Path
from web.console.lineapi.report import Report

_BLOCKS = ("header", "hero", "body", "footer")
_HEROES = frozenset({"box", "image", "video"})
_IN_BOX = {
    "horizontal": frozenset({"box", "button", "image", "text", "separator", "filler"}),
    "vertical": frozenset({"box", "button", "image", "text", "separator", "filler"}),
    "baseline": frozenset({"icon", "text", "filler"}),
}
_VIDEO_BUBBLES = frozenset({None, "kilo", "mega", "giga"})

_PX = r"\d+(?:\.\d+)?px"
_PERCENT = r"\d+(?:\.\d+)?%"
_SPACE = "none|xs|sm|md|lg|xl|xxl"
_FONT = "xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl"
_COLOR = re.compile(r"#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
_GAP = re.compile(f"{_SPACE}|{_PX}")
_PADDING = re.compile(f"{_SPACE}|{_PX}|{_PERCENT}")
_OFFSET = re.compile(f"{_SPACE}|-?{_PX}|-?{_PERCENT}")
_EXTENT = re.compile(f"{_PX}|{_PERCENT}")

_FORMS = {
    **dict.fromkeys(("color", "backgroundColor", "borderColor", "separatorColor"), _COLOR),
    **dict.fromkeys(("startColor", "endColor", "centerColor"), _COLOR),
    **dict.fromkeys(("spacing", "margin", "cornerRadius"), _GAP),
    **dict.fromkeys(("paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd"), _PADDING),
    **dict.fromkeys(("offsetTop", "offsetBottom", "offsetStart", "offsetEnd"), _OFFSET),
    **dict.fromkeys(("width", "maxWidth", "maxHeight"), _EXTENT),
    "borderWidth": re.compile(f"none|light|normal|medium|semi-bold|bold|{_PX}"),
    "lineSpacing": re.compile(_PX),
    "angle": re.compile(r"(?:[0-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9])(?:\.\d+)?deg"),
    "centerPosition": re.compile(_PERCENT),
}
_SIZES = {
    "text": re.compile(f"{_FONT}|{_PX}"),
    "span": re.compile(f"{_FONT}|{_PX}"),
    "icon": re.compile(f"{_FONT}|{_PX}"),
    "image": re.compile(f"{_FONT}|full|{_PX}|{_PERCENT}"),
}
_RATIO = re.compile(r"(\d{1,6}(?:\.\d+)?):(\d{1,6}(?:\.\d+)?)")


def check_flex(contents: dict[str, Any], path: Path, report: Report) -> None:
    """Note what LINE would refuse in the contents of a flex message that has passed the schema."""
    bubbles = contents["contents"] if contents["type"] == "carousel" else [contents]
    if contents["type"] == "carousel":
        report.count((*path, "contents"), bubbles, limits.BUBBLES)
        _size(contents, limits.CAROUSEL_BYTES, path, report)
        if len({bubble.get("size") for bubble in bubbles}) > 1:
            report.add((*path, "contents"), "all bubbles of a carousel must have the same size")
        for number, bubble in enumerate(bubbles):
            _bubble(bubble, (*path, "contents", number), report)
    else:
        _bubble(contents, path, report)
    if sum(_animated(bubble) for bubble in bubbles) > limits.ANIMATED_IMAGES:
        report.add(path, f"at most {limits.ANIMATED_IMAGES} animated images")


def _size(part: dict[str, Any], most: int, path: Path, report: Report) -> None:
    if len(json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()) > most:
        report.add(path, f"{part['type']} must be {most} bytes or less")


def _bubble(bubble: dict[str, Any], path: Path, report: Report) -> None:
    _size(bubble, limits.BUBBLE_BYTES, path, report)
    if "action" in bubble:
        check_action(bubble["action"], FLEX_AREA, (*path, "action"), report)
    for name, style in bubble.get("styles", {}).items():
        _forms(style, (*path, "styles", name), report)
    if not any(block in bubble for block in _BLOCKS):
        report.add(path, "a bubble needs a header, hero, body or footer")
    hero = bubble.get("hero")
    if hero and hero["type"] not in _HEROES:
        report.add((*path, "hero"), "hero must be a box, an image or a video")
    elif hero and hero["type"] == "video" and bubble.get("size") not in _VIDEO_BUBBLES:
        report.add((*path, "size"), "a bubble with a video must be kilo, mega or giga")
    for block in _BLOCKS:
        if block in bubble:
            _component(bubble[block], (*path, block), report)


def _component(part: dict[str, Any], path: Path, report: Report) -> None:
    kind = part["type"]
    _forms(part, path, report)
    if kind == "box":
        _box(part, path, report)
    elif kind == "text":
        _text(part, path, report)
    elif kind in ("image", "icon", "video"):
        _picture(part, path, report)
    if "action" in part:
        check_action(part["action"], FLEX_BUTTON if kind == "button" else FLEX_AREA, (*path, "action"), report)


def _box(part: dict[str, Any], path: Path, report: Report) -> None:
    allowed = _IN_BOX[part["layout"]]
    if "background" in part:
        _forms(part["background"], (*path, "background"), report)
    for number, child in enumerate(part["contents"]):
        place = (*path, "contents", number)
        if child["type"] not in allowed:
            report.add(place, f"{child['type']} is not allowed in a {part['layout']} box here")
        _component(child, place, report)


def _text(part: dict[str, Any], path: Path, report: Report) -> None:
    spans = part.get("contents")
    if not spans and not part.get("text"):
        report.add((*path, "text"), "text or contents must not be empty")
    for number, span in enumerate(spans or ()):
        _forms(span, (*path, "contents", number), report)


def _picture(part: dict[str, Any], path: Path, report: Report) -> None:
    report.url((*path, "url"), part["url"])
    if "aspectRatio" in part:
        _ratio(part["aspectRatio"], (*path, "aspectRatio"), report)
    if part["type"] != "video":
        return
    report.url((*path, "previewUrl"), part["previewUrl"])
    if path[-1] != "hero":
        report.add(path, "video is allowed only as hero")
    if part["altContent"]["type"] not in ("box", "image"):
        report.add((*path, "altContent"), "altContent must be a box or an image")
    _component(part["altContent"], (*path, "altContent"), report)


def _ratio(ratio: str, path: Path, report: Report) -> None:
    match = _RATIO.fullmatch(ratio)
    width, height = (float(match[1]), float(match[2])) if match else (0.0, 0.0)
    if not (1 <= width <= limits.ASPECT_SIDE and 1 <= height <= limits.ASPECT_SIDE):
        report.add(path, f"Must be width:height, each 1 to {limits.ASPECT_SIDE}")
    elif height > limits.IMAGE_HEIGHT_TO_WIDTH * width:
        report.add(path, f"height must be at most {limits.IMAGE_HEIGHT_TO_WIDTH} times the width")


def _forms(part: dict[str, Any], path: Path, report: Report) -> None:
    """Sizes, colours and distances: keywords, px and % as each property takes them."""
    for name, value in part.items():
        form = _FORMS.get(name)
        if name == "size":
            form = _SIZES.get(part.get("type", ""))
        elif name == "height":
            form = _EXTENT if part.get("type") == "box" else None
        elif name in ("flex", "maxLines") and value < 0:
            report.add((*path, name), "must be 0 or more")
        if form and not form.fullmatch(value):
            report.add((*path, name), "invalid property")


def _animated(part: Any) -> int:
    """How many animated images a part of a message holds."""
    if isinstance(part, dict):
        return (part.get("animated") is True) + sum(
            _animated(value) for value in part.values() if isinstance(value, dict | list)
        )
    if isinstance(part, list):
        return sum(_animated(item) for item in part)
    return 0
