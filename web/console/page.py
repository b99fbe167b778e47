"""The page's addresses, and the Messaging API under /v2/bot/ on the same host. Console mode only."""

import time
from collections.abc import Callable
from typing import Any

import orjson
from flask import Blueprint, Response, abort, render_template, request

from web.console import gallery
from web.console.chats import Console
from web.console.lineapi.errors import Answer
from web.console.state import tell, wait_and_tell

PAGE_HEADER = "X-Console"  # a page of another site cannot send it without our leave: no forged presses
PHOTO_BYTES = 10_000_000  # LINE's own limit of a photo
PHOTO_TYPES = ("image/jpeg", "image/png")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: blob:; "
    "media-src 'self' https:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def page(console: Console, cards: gallery.Cards | None = None) -> Blueprint:
    """The blueprint of one console; with the gallery of its `cards`, where there are any."""
    door = Blueprint(
        "console", __name__, template_folder="templates", static_folder="static", static_url_path="/console/static"
    )
    _mount_page(door, console)
    _mount_citizens(door, console)
    _mount_doings(door, console)
    _mount_api(door, console)
    if cards is not None:
        gallery.mount(door, cards)

    @door.before_request
    def refuse_other_pages() -> None:
        """Whatever changes something on the page must come from the page itself."""
        if request.method != "GET" and request.path.startswith("/console/") and PAGE_HEADER not in request.headers:
            abort(403)

    @door.after_request
    def keep_safe(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        if not request.path.startswith("/console/static/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    return door


def _mount_page(door: Blueprint, console: Console) -> None:
    @door.get("/console/")
    def show() -> str:
        return render_template("console/console.html")

    @door.get("/console/api/state")
    def state() -> Response:
        after = request.args.get("after", 0, type=int)
        return _json(wait_and_tell(console, after) if after else tell(console, 0))

    @door.get("/console/dialog/bot/accountLink")
    def link() -> Response:
        """As https://access.line.me/dialog/bot/accountLink; the token, good once, is what a forger has not."""
        try:
            console.link(request.args.get("linkToken", ""), request.args.get("nonce", ""))
        except ValueError as error:
            return Response(str(error), 400, content_type="text/plain; charset=utf-8")
        return Response("已連結，請回到聊天室。Linked: go back to the chat.", content_type="text/plain; charset=utf-8")

    @door.get("/console/api/contents/<message_id>")
    def content(message_id: str) -> Response:
        kept = console.memory.contents.get(message_id)
        if kept is None or kept.data is None:
            abort(404)
        return Response(kept.data, mimetype=kept.media_type)

    @door.get("/console/api/menus/<menu_id>")
    def menu_image(menu_id: str) -> Response:
        image = console.platform.rich_menus.images.get(menu_id)
        if image is None or image.data is None:
            abort(404)
        return Response(image.data, mimetype=image.media_type)


def _mount_citizens(door: Blueprint, console: Console) -> None:
    @door.post("/console/api/welcome")
    def welcome() -> Response:
        name, language = _given("name", "language")
        return _done(lambda: console.welcome() and console.add(str(name), str(language)))

    @door.post("/console/api/citizens")
    def add() -> Response:
        return _done(console.add, *map(str, _given("name", "language")))

    @door.delete("/console/api/citizens/<citizen>")
    def remove(citizen: str) -> Response:
        return _done(console.remove, citizen)

    @door.post("/console/api/citizens/<citizen>/language")
    def language(citizen: str) -> Response:
        return _done(console.change_language, citizen, *_given("language"))

    @door.post("/console/api/citizens/<citizen>/block")
    def block(citizen: str) -> Response:
        return _done(console.block, citizen)

    @door.post("/console/api/citizens/<citizen>/unblock")
    def unblock(citizen: str) -> Response:
        return _done(console.unblock, citizen)


def _mount_doings(door: Blueprint, console: Console) -> None:
    @door.post("/console/api/citizens/<citizen>/text")
    def say(citizen: str) -> Response:
        return _done(console.say, citizen, str(*_given("text")))

    @door.post("/console/api/citizens/<citizen>/postback")
    def press(citizen: str) -> Response:
        data, display_text, params = _given("data", "displayText", "params")
        return _done(console.press, citizen, str(data), display_text, params)

    @door.post("/console/api/citizens/<citizen>/switch")
    def switch(citizen: str) -> Response:
        return _done(console.switch_menu, citizen, *map(str, _given("data", "alias")))

    @door.post("/console/api/citizens/<citizen>/location")
    def place(citizen: str) -> Response:
        latitude, longitude, title, address = _given("latitude", "longitude", "title", "address")
        return _done(lambda: console.place(citizen, float(latitude), float(longitude), title or "", address or ""))

    @door.post("/console/api/citizens/<citizen>/sticker")
    def sticker(citizen: str) -> Response:
        return _done(console.sticker, citizen, *map(str, _given("packageId", "stickerId")))

    @door.post("/console/api/citizens/<citizen>/photo")
    def photo(citizen: str) -> Response:
        if request.mimetype not in PHOTO_TYPES:
            return _json({"message": "JPEG or PNG"}, 415)
        if (request.content_length or PHOTO_BYTES + 1) > PHOTO_BYTES:
            return _json({"message": "10 MB"}, 413)
        request.max_content_length = PHOTO_BYTES  # other requests may be far smaller (web/security.py)
        return _done(console.photo, citizen, request.get_data(), request.mimetype)


def _done(doing: Callable[..., object], *given: Any) -> Response:
    """Do it; what cannot be done is told as 400, an unknown citizen as 404."""
    try:
        doing(*given)
    except LookupError as error:
        return _json({"message": str(error)}, 404)
    except (ValueError, TypeError) as error:
        return _json({"message": str(error)}, 400)
    return _json({})


def _given(*names: str) -> list[Any]:
    """The named members of the JSON body, None where absent."""
    body = request.get_json(silent=True)
    return [body.get(name) if isinstance(body, dict) else None for name in names]


def _mount_api(door: Blueprint, console: Console) -> None:
    @door.route("/v2/bot/<path:_rest>", methods=["GET", "POST", "PUT", "DELETE"])
    def messaging_api(_rest: str) -> Response:
        target = request.full_path if request.query_string else request.path
        started = time.perf_counter()
        answer = console.platform.answer(request.method, target, dict(request.headers), request.get_data())
        if answer.status >= 400:
            seconds = time.perf_counter() - started
            console.note(f"{request.method} {request.path}", answer.status, seconds, reason=_reason(answer))
        return Response(answer.body, answer.status, dict(answer.headers), content_type=answer.content_type)


def _reason(answer: Answer) -> str:
    """Why LINE refused, in one line: names of properties, never their values."""
    error = orjson.loads(answer.body)
    details = [f"{detail['property']}: {detail['message']}" for detail in error.get("details", ())]
    return "; ".join([error["message"], *details])


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, content_type="application/json")
