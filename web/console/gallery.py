"""/console/gallery: every card in both languages and three displays, each held to LINE's limits as the console holds
what is sent. For whoever changes a card, and wants to see all that it does.
"""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from flask import Blueprint, Response, abort, render_template

from bot.message import fit
from domain.reader import Display, Language, Reader
from web.console.lineapi.check import check_body

Cards = Callable[[Language, Display], Iterable[tuple[str, Reader, dict[str, Any]]]]

NOBODY = "U" + "0" * 32
LANGUAGES = {Language.ZH: "中文", Language.EN: "English"}
DISPLAYS = {Display.NORMAL: "一般", Display.LARGE: "大字", Display.PLAIN: "純文字"}


def mount(door: Blueprint, cards: Cards) -> None:
    """The page, and the cards of one reader. `cards`: name, reader and message of each."""

    @door.get("/console/gallery")
    def gallery() -> str:
        return render_template("console/gallery.html", languages=LANGUAGES, displays=DISPLAYS)

    @door.get("/console/api/gallery/<language>/<display>")
    def of_reader(language: str, display: str) -> Response:
        if language not in set(Language) or display not in set(Display):
            abort(404)
        shown = [_told(name, message) for name, _reader, message in cards(Language(language), Display(display))]
        return Response(orjson.dumps(shown), mimetype="application/json")


def _told(name: str, message: dict[str, Any]) -> dict[str, Any]:
    """A card, what LINE would refuse of it, and how much of its room it takes (bytes of the message's contents)."""
    calls = fit([message])
    problems = [
        str(problem) for call in calls for problem in check_body("PushMessageRequest", {"to": NOBODY, "messages": call})
    ]
    size = len(orjson.dumps(message.get("contents", message)))
    return {"name": name, "message": message, "problems": problems, "bytes": size}
