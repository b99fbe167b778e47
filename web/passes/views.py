"""GET /passes/: entries and results for those without LINE. GET /passes/receipts/<token>: a receipt and its QR code.
POST /passes/pay: on to the pay page of a place that was won. GET /passes/odds/…: the picture of a lot's odds that the
chat shows.

Number and plate must both match, and "no such entry" is answered as "wrong pair" is: the page tells nobody whether a
number or a plate is known. Both come by POST, so that neither stands in an address or a log.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from markupsafe import Markup
from werkzeug.wrappers import Response

from domain.amounts import money
from domain.clock import Clock, city_date
from domain.errors import CitizenMistakeError
from domain.passtexts import headline, period, status
from domain.passview import EntryStanding
from domain.phones import parse_mobile
from domain.plates import parse_plate
from domain.reader import Language, Reader
from infra.database import UnitOfWork, UnitOfWorkFactory
from infra.links import ExpiredLinkError, ForgedLinkError
from infra.locales import reader as reader_of
from services.passes.board import PassBoard
from services.passes.lots import Sells
from services.passes.paying import PassPaying
from services.passes.rights import OFFERED
from web.passes.pictures import odds_chart, qr_png, qr_svg

View = Callable[[], Response]
LIMIT = "60 per minute"
LOOKUPS = "10 per minute;50 per hour"  # so that numbers and plates cannot be tried out
OF_A_NUMBER = "20 per hour"  # from wherever: who has many addresses cannot try out somebody's plate either
PICTURES = "600 per minute"  # LINE fetches them for everybody, from a few addresses
MOST_ROUNDS = 100  # on one page
SOON = "public, max-age=3600"
CHANNEL = "web"  # of orders that nobody in the chat has opened


def blueprint(
    units: UnitOfWorkFactory, board: PassBoard, paying: PassPaying, clock: Clock, limiter: Limiter
) -> Blueprint:
    """The room. Its form is guarded by the application's CSRF protection."""
    room = Blueprint("passes", __name__, template_folder="templates")
    views = _Views(units, board, paying, clock, limiter)
    room.add_url_rule("/passes/", "look", limiter.limit(LIMIT)(views.look))

    def sparing(view: View) -> View:
        """So that numbers and plates cannot be tried out; both pages count together."""
        of_a_number = limiter.shared_limit(OF_A_NUMBER, scope="passes of a number", key_func=_number_asked)
        counted: View = of_a_number(limiter.shared_limit(LOOKUPS, scope="passes lookups")(view))
        return counted

    room.add_url_rule("/passes/", "find", sparing(views.find), methods=["POST"])
    room.add_url_rule("/passes/pay", "pay", sparing(views.pay), methods=["POST"])
    room.add_url_rule("/passes/receipts/<token>", "receipt", limiter.limit(LIMIT)(views.receipt))
    room.add_url_rule("/passes/receipts/<token>/qr.png", "code", limiter.limit(PICTURES)(views.code))
    room.add_url_rule("/passes/odds/<path:draw_id>/<language>.png", "odds", limiter.limit(PICTURES)(views.odds))
    return room


class _Views:
    """One method per route."""

    def __init__(
        self, units: UnitOfWorkFactory, board: PassBoard, paying: PassPaying, clock: Clock, limiter: Limiter
    ) -> None:
        self._units = units
        self._board = board
        self._paying = paying
        self._clock = clock
        self._limiter = limiter  # its decorators hold it weakly

    def look(self) -> Response:
        """The form, and what can be applied for."""
        with self._units() as uow:
            rounds = self._board.open_rounds(uow, self._clock.now(), counter_too=True)
            rounds = [self._board.with_odds(uow, one) for one in rounds[:MOST_ROUNDS]]
        return self._page(rounds=rounds)

    def find(self) -> Response:
        """Entries of exactly this number and plate."""
        try:
            with self._units() as uow:
                found = self._found(uow)
        except CitizenMistakeError as mistake:
            return self._page(remark=mistake)
        return self._page(found=[self._shown(one) for one in found], asked=True)

    def pay(self) -> Response:
        """On to the pay page of one of them; number and plate must match once more."""
        try:
            with self._units() as uow:
                own = [one for one in self._found(uow) if str(one.entry_id) == request.form.get("entry")]
                given = {"channel": CHANNEL, "citizen": None, "language": _reader().language}
                urls = [self._paying.link(uow, one.entry_id, **given) for one in own]
        except CitizenMistakeError as mistake:
            return self._page(remark=mistake)
        if not urls:
            return self._page(found=[], asked=True)
        if urls[0] is None:
            return self._page(remark=CitizenMistakeError("這個名額現在不能線上繳費，請重新查詢，或洽停車場。"))
        return make_response(redirect(urls[0], 303))

    def _found(self, uow: UnitOfWork) -> Sequence[EntryStanding]:
        """Raises CitizenMistakeError for what is no number or plate."""
        mobile, plate = parse_mobile(request.form.get("mobile", "")), parse_plate(request.form.get("plate", ""))
        return self._board.by_number_and_plate(uow, mobile, plate)

    def receipt(self, token: str) -> Response:
        """A receipt; whoever has the address may read it."""
        told = self._receipt(token)
        response = make_response(render_template("passes/receipt.html", receipt=told, code=Markup(qr_svg(told))))  # noqa: S704 - drawn here from a receipt of ours
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def code(self, token: str) -> Response:
        """The QR code alone, for the chat."""
        return _png(qr_png(self._receipt(token)), "no-store")

    def odds(self, draw_id: str, language: str) -> Response:
        """How the draws of a round's lot went before."""
        known = {one.value: one for one in Language}
        with self._units() as uow:
            one = self._board.round(uow, draw_id)
        if one is None or not one.odds or language not in known:
            abort(404)
        return _png(odds_chart(reader_of(known[language]), one.odds), SOON)

    def _receipt(self, token: str) -> str:
        """The text behind an address; 404 for a forged or an old one, or once its salt is deleted."""
        try:
            with self._units() as uow:
                told = self._board.receipt_text(uow, token)
        except (ForgedLinkError, ExpiredLinkError):
            told = None
        if told is None:
            abort(404)
        return told

    def _page(self, **values: object) -> Response:
        reader = _reader()
        remark = values.pop("remark", None)
        said = reader.t(remark.text, **remark.values) if isinstance(remark, CitizenMistakeError) else ""
        other = Language.ZH if reader.language is Language.EN else Language.EN
        return make_response(
            render_template(
                "passes/look.html",
                t=reader.t,
                language=reader.language.value,
                other=other.value,
                remark=said,
                typed=request.form,
                **values,
            )
        )

    def _shown(self, one: EntryStanding) -> dict[str, str]:
        reader, today = _reader(), city_date(self._clock.now())
        return {
            "lot": one.lot_name,
            "number": one.entry_no,
            "outcome": headline(reader, one) if one.status else "",
            "status": status(reader, one, today),
            "type": one.type_name(reader.language),
            "valid": period(reader, one.starts_on, one.ends_on, today),
            "rehearsal": reader.t("演練：這不是真正的抽籤。") if one.rehearsal else "",
            "pay": money(reader, one.price) if one.price and _payable(one) else "",
            "entry": str(one.entry_id),
        }


def _payable(one: EntryStanding) -> bool:
    return one.seat == OFFERED and one.sells != Sells.COUNTER


def _number_asked() -> str:
    """What lookups of one number are counted by: not the number itself, which is nobody's business in Redis."""
    try:
        number = parse_mobile(request.form.get("mobile", "")).national
    except CitizenMistakeError:
        return get_remote_address()
    key = str(current_app.secret_key).encode()
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def _reader() -> Reader:
    """The language asked for, else the browser's."""
    asked = request.values.get("lang") or request.accept_languages.best_match(["zh-TW", "zh", "en"], "zh-TW")
    return reader_of(Language.EN if asked == Language.EN.value else Language.ZH)


def _png(image: bytes, cache: str) -> Response:
    response = make_response(image)
    response.headers["Content-Type"] = "image/png"
    response.headers["Cache-Control"] = cache
    return response
