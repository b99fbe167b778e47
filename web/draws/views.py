"""GET /draws/…: what anyone needs to check a draw. The bytes are the kept ones; nothing here is made anew."""

from pathlib import Path

from flask import Blueprint, abort, make_response, render_template
from werkzeug.wrappers import Response

from infra.database import UnitOfWorkFactory
from services.draws import files
from services.draws.late import late_entries
from services.draws.promoting import Promoting
from services.draws.waiting import promoted_by

ALWAYS = "public, max-age=31536000, immutable"  # a published file never changes
SOON = "public, max-age=60"
CHECK_PAGE = Path(__file__).parent / "static" / "check.html"
# The page that checks an entry can reach nobody: not even us.
CHECK_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'none'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def blueprint(units: UnitOfWorkFactory, promoting: Promoting, verifier: bytes) -> Blueprint:
    """The room. `verifier`: verify_draw.py as this release announces it."""
    room = Blueprint(
        "draws", __name__, template_folder="templates", static_folder="static", static_url_path="/draws/static"
    )
    _mount_pages(room, units)
    _mount_verifiers(room, units, verifier)
    _mount_log(room, units, promoting)
    _mount_files(room, units)
    return room


def _mount_pages(room: Blueprint, units: UnitOfWorkFactory) -> None:
    @room.get("/draws/")
    def index() -> Response:
        with units() as uow:
            page = render_template("draws/index.html", draws=files.public_names(uow))
        return _answer(page, "text/html; charset=utf-8", SOON)

    @room.get("/draws/check")
    def check() -> Response:
        response = _answer(CHECK_PAGE.read_bytes(), "text/html; charset=utf-8", SOON)
        response.headers["Content-Security-Policy"] = CHECK_POLICY
        return response


def _mount_verifiers(room: Blueprint, units: UnitOfWorkFactory, verifier: bytes) -> None:
    @room.get("/draws/verify_draw.py")
    def current_verifier() -> Response:
        return _answer(verifier, "text/x-python; charset=utf-8", SOON)

    @room.get("/draws/verifiers/<sha256>/verify_draw.py")
    def bound_verifier(sha256: str) -> Response:
        with units() as uow:
            script = files.verifier(uow, sha256)
        return _answer(script, "text/x-python; charset=utf-8", ALWAYS)


def _mount_log(room: Blueprint, units: UnitOfWorkFactory, promoting: Promoting) -> None:
    @room.get("/draws/<path:draw_id>/log.tsv")
    def log(draw_id: str) -> Response:
        """The nightly roots: day, count, root."""
        with units() as uow:
            rows = files.nightly_roots(uow, draw_id) if files.is_public(draw_id) else ()
        body = "".join(f"{day}\t{count}\t{root}\n" for day, count, root in rows)
        return _answer(body.encode() or None, "text/tab-separated-values; charset=utf-8", SOON)

    @room.get("/draws/<path:draw_id>/promotions.tsv")
    def promotions(draw_id: str) -> Response:
        """The public log of 遞補: time, vacated, reason, promoted."""
        with units() as uow:
            known = files.published(uow, draw_id, files.RESULT) is not None
            rows = promoting.log(uow, draw_id) if known else ()
        lines = (f"{row.at.isoformat()}\t{row.vacated}\t{row.reason}\t{promoted_by(row)}\n" for row in rows)
        body = ("time\tvacated\treason\tpromoted\n" + "".join(lines)).encode()
        return _answer(body if known else None, "text/tab-separated-values; charset=utf-8", SOON)

    @room.get("/draws/<path:draw_id>/late.tsv")
    def late(draw_id: str) -> Response:
        """Who was put in beside the list (§2.11): anyone can compute the rank from the result's seed."""
        with units() as uow:
            known = files.published(uow, draw_id, files.RESULT) is not None
            rows = late_entries(uow, draw_id) if known else ()
        lines = (f"L{one.late}\t{one.rank}\t{one.status}\t{one.no}\t{one.place}\t{commit}\n" for one, commit in rows)
        body = ("late\trank\tstatus\tno\tplace\tcommit\n" + "".join(lines)).encode()
        return _answer(body if known else None, "text/tab-separated-values; charset=utf-8", SOON)


def _mount_files(room: Blueprint, units: UnitOfWorkFactory) -> None:
    @room.get("/draws/<path:draw_id>/<name>")
    def file(draw_id: str, name: str) -> Response:
        with units() as uow:
            data = files.published(uow, draw_id, name)
        kind = "text/plain" if name.endswith(".txt") else "text/tab-separated-values"
        return _answer(data, f"{kind}; charset=us-ascii", ALWAYS)


def rehearsals(units: UnitOfWorkFactory) -> Blueprint:
    """Files of rehearsals (演練), for console mode only, under /console/draws/."""
    room = Blueprint("rehearsals", __name__)

    @room.get("/console/draws/<path:draw_id>/<name>")
    def file(draw_id: str, name: str) -> Response:
        with units() as uow:
            data = None if files.is_public(draw_id) else files.content(uow, draw_id, name)
        response = _answer(data, "text/plain; charset=us-ascii", "no-store")
        response.headers["X-Rehearsal"] = "yes"
        return response

    return room


def _answer(body: bytes | str | None, kind: str, cache: str) -> Response:
    """The body as it is; 404 for what is not there."""
    if body is None:
        abort(404)
    response = make_response(body)
    response.headers["Content-Type"] = kind
    response.headers["Cache-Control"] = cache
    return response
