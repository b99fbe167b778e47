"""Template and imagemap messages: what LINE refuses beyond the schema (reference "Template messages", "Imagemap")."""

import re
from typing import Any

from web.console.lineapi import limits
from web.console.lineapi.actions import IMAGE_CAROUSEL, TEMPLATE_AREA, TEMPLATE_BUTTON, check_action
from web.console.lineapi.errors import Path
from web.console.lineapi.report import Report

_CHOICES = {"imageAspectRatio": ("rectangle", "square"), "imageSize": ("cover", "contain")}
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


def check_template(template: dict[str, Any], path: Path, report: Report) -> None:
    """Note what LINE would refuse in a template that has passed the schema."""
    for name, values in _CHOICES.items():
        if template.get(name, values[0]) not in values:
            report.add((*path, name), f"Must be one of the following values: [{', '.join(values)}]")
    kind = template["type"]
    if kind == "buttons":
        most = (limits.BUTTONS_TEXT_GRAPHEMES, limits.BUTTONS_TEXT_BESIDE_IMAGE_OR_TITLE_GRAPHEMES)
        _column(template, most, limits.BUTTONS_ACTIONS, path, report)
    elif kind == "confirm":
        report.graphemes((*path, "text"), template["text"], limits.CONFIRM_TEXT_GRAPHEMES)
        report.count((*path, "actions"), template["actions"], limits.CONFIRM_ACTIONS, least=limits.CONFIRM_ACTIONS)
        _actions(template["actions"], path, report)
    elif kind == "carousel":
        _carousel(template["columns"], path, report)
    else:
        report.count((*path, "columns"), template["columns"], limits.CAROUSEL_COLUMNS)
        for number, column in enumerate(template["columns"]):
            report.url((*path, "columns", number, "imageUrl"), column["imageUrl"])
            check_action(column["action"], IMAGE_CAROUSEL, (*path, "columns", number, "action"), report)


def _carousel(columns: list[dict[str, Any]], path: Path, report: Report) -> None:
    report.count((*path, "columns"), columns, limits.CAROUSEL_COLUMNS)
    most = (limits.CAROUSEL_TEXT_GRAPHEMES, limits.CAROUSEL_TEXT_BESIDE_IMAGE_OR_TITLE_GRAPHEMES)
    for number, column in enumerate(columns):
        _column(column, most, limits.CAROUSEL_ACTIONS, (*path, "columns", number), report)
    shapes = {(len(c["actions"]), "title" in c, "thumbnailImageUrl" in c) for c in columns}
    if len(shapes) > 1:
        report.add((*path, "columns"), "all columns must agree in number of actions, title and image")


def _column(column: dict[str, Any], most: tuple[int, int], most_actions: int, path: Path, report: Report) -> None:
    """Buttons template or carousel column; `most` is the text's limit alone, and beside an image or a title."""
    crowded = "title" in column or "thumbnailImageUrl" in column
    report.graphemes((*path, "text"), column["text"], most[crowded])
    report.graphemes((*path, "title"), column.get("title"), limits.TEMPLATE_TITLE_GRAPHEMES)
    report.url((*path, "thumbnailImageUrl"), column.get("thumbnailImageUrl"))
    if not _COLOR.fullmatch(column.get("imageBackgroundColor", "#FFFFFF")):
        report.add((*path, "imageBackgroundColor"), "Must be a color #RRGGBB")
    if "defaultAction" in column:
        check_action(column["defaultAction"], TEMPLATE_AREA, (*path, "defaultAction"), report)
    report.count((*path, "actions"), column["actions"], most_actions)
    _actions(column["actions"], path, report)


def _actions(actions: list[dict[str, Any]], path: Path, report: Report) -> None:
    for number, action in enumerate(actions):
        check_action(action, TEMPLATE_BUTTON, (*path, "actions", number), report)


def check_imagemap(message: dict[str, Any], path: Path, report: Report) -> None:
    """Note what LINE would refuse in an imagemap that has passed the schema."""
    report.url((*path, "baseUrl"), message["baseUrl"])
    if message["baseSize"]["width"] != limits.IMAGEMAP_WIDTH:
        report.add((*path, "baseSize", "width"), f"Must be {limits.IMAGEMAP_WIDTH}")
    report.count((*path, "actions"), message["actions"], limits.IMAGEMAP_ACTIONS, least=0)
    for number, action in enumerate(message["actions"]):
        place = (*path, "actions", number)
        report.units((*place, "text"), action.get("text"), limits.IMAGEMAP_TEXT)
        report.action_uri((*place, "linkUri"), action.get("linkUri"), limits.IMAGEMAP_URI)
        report.units((*place, "clipboardText"), action.get("clipboardText"), limits.CLIPBOARD_TEXT)
        report.units((*place, "label"), action.get("label"), limits.IMAGEMAP_LABEL)
    video = message.get("video")
    if video:
        report.url((*path, "video", "originalContentUrl"), video["originalContentUrl"])
        report.url((*path, "video", "previewImageUrl"), video["previewImageUrl"])
        link = video.get("externalLink", {})
        report.action_uri((*path, "video", "externalLink", "linkUri"), link.get("linkUri"), limits.IMAGEMAP_URI)
        report.units((*path, "video", "externalLink", "label"), link.get("label"), limits.IMAGEMAP_LINK_LABEL)
