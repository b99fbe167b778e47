"""GET /records/<token> shows what can be taken and nothing personal; a POST gives a file, once.

Looking takes nothing, so a preview of the link does not use it up.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from werkzeug.wrappers import Response

from domain.reader import Language
from infra.database import UnitOfWork, UnitOfWorkFactory
from infra.locales import reader as reader_of
from services.citizens import Citizens
from services.recordfiles import Form, Offer, RecordFiles, TakenError
from services.recordpapers import RecordPapers
from web.linkpages import Kinds, say_what_is_wrong
from web.pay.frame import frame

LIMIT = "30 per minute"  # per sender address
TYPES = {Form.CSV: "text/csv; charset=utf-8", Form.PDF: "application/pdf"}
OWN_KINDS: Kinds = {TakenError: ("taken", 410)}


@dataclass(frozen=True, slots=True)
class RecordServices:
    """What the page is given by wiring."""

    unit: UnitOfWorkFactory
    files: RecordFiles
    papers: RecordPapers
    citizens: Citizens
    public_url: str


def blueprint(services: RecordServices, limiter: Limiter) -> Blueprint:
    """The page on these services, in the frame of the pay pages. Its form is guarded by the application's CSRF."""
    room = Blueprint("records", __name__, template_folder="templates")
    views = _Views(services, limiter)
    room.add_url_rule("/records/<token>", "look", limiter.limit(LIMIT)(views.look))
    room.add_url_rule("/records/<token>", "take", limiter.limit(LIMIT)(views.take), methods=["POST"])
    say_what_is_wrong(room, views.wrong, OWN_KINDS)
    return room


class _Views:
    """One method per route."""

    def __init__(self, services: RecordServices, limiter: Limiter) -> None:
        self._services = services
        self._limiter = limiter  # its decorators hold it weakly

    def look(self, token: str) -> ResponseReturnValue:
        """GET: which files can still be taken."""
        with self._services.unit() as uow:
            offer = self._services.files.look(uow, token)
            language = self._language(uow, offer)
        return self._page(language, forms=[form.value for form in offer.forms], token=token)

    def take(self, token: str) -> ResponseReturnValue:
        """POST: one file, once."""
        wanted = request.form.get("form", "")
        if wanted not in set(Form):
            abort(400)
        form = Form(wanted)
        with self._services.unit() as uow:
            offer = self._services.files.look(uow, token)
            content, reader = self._services.files.take(uow, token, form), reader_of(self._language(uow, offer))
            write = self._services.papers.pdf if form is Form.PDF else self._services.papers.csv
            answer = make_response(write(reader, content))  # within: a file that fails has not been taken
        answer.headers["Content-Type"] = TYPES[form]
        answer.headers["Content-Disposition"] = f'attachment; filename="payments.{form.value}"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def wrong(self, what: str, status: int) -> ResponseReturnValue:
        """The page that says what happened."""
        return self._page(Language.ZH, status, what=what)

    def _language(self, uow: UnitOfWork, offer: Offer) -> Language:
        """The one the page was switched to, else the citizen's."""
        if request.args.get("lang") in set(Language):
            return Language(request.args["lang"])
        known = self._services.citizens.preferences(uow, offer.channel, offer.citizen)
        return known[0] if known else Language.ZH

    def _page(self, language: Language, status: int = 200, **values: object) -> Response:
        reader = reader_of(Language.EN if request.args.get("lang") == Language.EN.value else language)
        shown = {**frame(reader, urlsplit(self._services.public_url).netloc), **values}
        return make_response(render_template("records/page.html", **shown), status)
