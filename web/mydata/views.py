"""GET /mydata/<token> shows what can be taken and nothing personal; a POST gives a file, once.

Looking takes nothing, so a preview of the link does not use it up.
"""

from dataclasses import dataclass

import orjson
from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from werkzeug.wrappers import Response

from domain.reader import Language, Reader
from infra.database import UnitOfWorkFactory
from infra.locales import reader as reader_of
from services.citizens import Citizens
from services.downloads import Downloads, Form, TakenError
from web.linkpages import Kinds, say_what_is_wrong

LIMIT = "30 per minute"  # per sender address
TYPES = {Form.JSON: "application/json", Form.PDF: "application/pdf"}
OWN_KINDS: Kinds = {TakenError: ("taken", 410)}


@dataclass(frozen=True, slots=True)
class MyDataServices:
    """What the page is given by wiring."""

    unit: UnitOfWorkFactory
    downloads: Downloads
    citizens: Citizens


def blueprint(services: MyDataServices, limiter: Limiter) -> Blueprint:
    """The page on these services. Its form is guarded by the application's CSRF protection."""
    room = Blueprint(
        "mydata", __name__, template_folder="templates", static_folder="static", static_url_path="/mydata/static"
    )
    views = _Views(services, limiter)
    room.add_url_rule("/mydata/<token>", "look", limiter.limit(LIMIT)(views.look))
    room.add_url_rule("/mydata/<token>", "take", limiter.limit(LIMIT)(views.take), methods=["POST"])
    say_what_is_wrong(room, _wrong, OWN_KINDS)
    return room


class _Views:
    """One method per route."""

    def __init__(self, services: MyDataServices, limiter: Limiter) -> None:
        self._services = services
        self._limiter = limiter  # its decorators hold it weakly

    def look(self, token: str) -> ResponseReturnValue:
        """GET: which files can still be taken."""
        with self._services.unit() as uow:
            offer = self._services.downloads.look(uow, token)
            known = self._services.citizens.preferences(uow, offer.channel, offer.citizen)
        return _page(known[0] if known else Language.ZH, forms=[form.value for form in offer.forms], token=token)

    def take(self, token: str) -> ResponseReturnValue:
        """POST: one file, once."""
        wanted = request.form.get("form", "")
        if wanted not in set(Form):
            abort(400)
        form = Form(wanted)
        with self._services.unit() as uow:
            offer = self._services.downloads.look(uow, token)
            known = self._services.citizens.preferences(uow, offer.channel, offer.citizen)
            copy = self._services.downloads.take(uow, token, form)
            reader = reader_of(known[0] if known else Language.ZH)
            body = copy.as_pdf(reader) if form is Form.PDF else orjson.dumps(copy.as_json(), option=orjson.OPT_INDENT_2)
        answer = make_response(body)
        answer.headers["Content-Type"] = TYPES[form]
        answer.headers["Content-Disposition"] = f'attachment; filename="my-data.{form.value}"'
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _wrong(what: str, status: int) -> ResponseReturnValue:
    return _page(Language.ZH, status, what=what)


def _page(language: Language, status: int = 200, **values: object) -> Response:
    """The page in the citizen's language; what went wrong is said in both, as nobody is known then."""
    reader: Reader = reader_of(language)
    english = reader_of(Language.EN)
    return make_response(
        render_template("mydata/page.html", t=reader.t, en=english.t, language=language.value, **values), status
    )
