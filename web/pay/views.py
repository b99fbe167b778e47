"""Routes of pay links. A GET never moves money: it shows, and at most asks a provider how an attempt stands."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from domain.bills import PayableKey
from domain.companynumbers import company_number
from domain.errors import CitizenMistakeError
from domain.orders import OrderState
from domain.orderview import OrderView, Receipt
from domain.ports.payments import ForgedNotificationError
from domain.reader import Language
from infra.links import ExpiredLinkError
from services.orderbook import OrderNotFoundError
from services.payments import ForgedFormError, Go, Underway
from services.receipts import receipt
from web.linkpages import Kinds, say_what_is_wrong
from web.pay import headers
from web.pay.pages import Pages
from web.pay.services import LOOK_LIMIT, NOTIFY_BYTES, NOTIFY_LIMIT, PAY_LIMIT, PayServices

NOTES = ("changed", "waiting", "not_paid", "open_again")  # what a redirect may ask the next page to say
OWN_KINDS: Kinds = {OrderNotFoundError: ("unknown", 404)}
WRONG = "wrong"  # a 統一編號 that is none
STORE = "store"  # the button of the barcodes, among the providers'
SEE_OTHER = 303
KEEP_METHOD = 307  # the browser repeats its POST, body and all


def blueprint(services: PayServices, csrf: CSRFProtect, limiter: Limiter) -> Blueprint:
    """The pages on these services. `csrf` guards every form; notifications are guarded by their signature instead."""
    room = Blueprint(
        "pay", __name__, template_folder="templates", static_folder="static", static_url_path="/pay/static"
    )
    views = _Views(services, Pages(services), limiter)
    look, pay = limiter.limit(LOOK_LIMIT), limiter.limit(PAY_LIMIT)
    notify = limiter.limit(NOTIFY_LIMIT)(views.notify)
    carry = pay(views.carry)
    for signed in (notify, carry):
        csrf.exempt(signed)

    room.add_url_rule("/p/<token>", "order", look(views.order))
    room.add_url_rule("/p/<token>", "start", pay(views.start), methods=["POST"])
    room.add_url_rule("/p/<token>/other", "other", pay(views.other), methods=["POST"])
    room.add_url_rule("/p/<token>/carry", "carry", look(views.to_carry))
    room.add_url_rule("/p/<token>/carry", "carry_on", carry, methods=["POST"])
    room.add_url_rule("/p/<token>/back", "back", pay(views.back))
    room.add_url_rule("/p/<token>/store/<int:page>", "store", look(views.store))
    room.add_url_rule("/p/<token>/store/<int:page>.png", "store_picture", look(views.store_picture))
    room.add_url_rule("/b/<token>.png", "chat_picture", look(views.chat_picture))
    room.add_url_rule("/r/<token>", "receipt", look(views.receipt))
    room.add_url_rule("/r/<token>.pdf", "receipt_pdf", look(views.receipt_pdf))
    room.add_url_rule("/pay/notify/<provider>", "notify", notify, methods=["POST"])

    say_what_is_wrong(room, views.pages.kind, OWN_KINDS)
    room.after_request(lambda response: headers.harden(response, services))
    return room


class _Views:
    """One method per route."""

    def __init__(self, services: PayServices, pages: Pages, limiter: Limiter) -> None:
        self._services = services
        self._limiter = limiter  # its decorators hold it weakly: without this it would be gone at the first request
        self.pages = pages

    def order(self, token: str) -> ResponseReturnValue:
        """GET /p/<token>: what is owed, or how far the payment is."""
        note = request.args.get("note")
        return self.pages.order(self._read(token), token, note=note if note in NOTES else None)

    def start(self, token: str) -> ResponseReturnValue:
        """POST /p/<token>: count the ticked bills again, or go to the chosen provider to pay them."""
        order_id = self._services.order_of(token)
        keys, provider, edition = _ticked(), request.form.get("provider"), request.form.get("edition", "")
        try:
            if provider == STORE:
                made = self._services.slips.make(self._services.unit, order_id, keys, edition)
                return self._to_slip(token, 1) if made else self._to_order(token, "changed")
            if provider is None:
                with self._services.unit() as uow:
                    self._services.orders.choose(uow, order_id, keys)
                return self._to_order(token)
            started = self._services.payments.start(
                self._services.unit,
                order_id,
                provider_key=provider,
                keys=keys,
                edition=edition,
                language=_language(),
            )
        except CitizenMistakeError as mistake:
            return self.pages.order(self._read(token), token, mistake=mistake)
        if isinstance(started, Go) and started.form is not None:
            return redirect(_address("pay.carry", token), SEE_OTHER)
        if isinstance(started, Go):
            return redirect(started.url, SEE_OTHER)  # the provider's own page, never from the request
        return self._to_order(token, "waiting" if isinstance(started, Underway) else "changed")

    def to_carry(self, token: str) -> ResponseReturnValue:
        """GET /p/<token>/carry: a form that the browser carries to the provider's page, one button away."""
        order = self._read(token)
        if order.state is not OrderState.PAYING or order.attempt is None or order.attempt.form is None:
            return self._to_order(token)
        return self.pages.carry(order, order.attempt, token)

    def carry(self, token: str) -> ResponseReturnValue:
        """POST /p/<token>/carry: on to the provider with exactly the form we signed, while it may still be paid.

        The provider would refuse a token of ours within it; its own signature guards the form instead.
        """
        order_id = self._services.order_of(token)
        try:
            going = self._services.payments.carry(self._services.unit, order_id, request.form.to_dict())
        except ForgedFormError:
            abort(400)
        return redirect(going.url, KEEP_METHOD) if going else self._to_order(token)

    def other(self, token: str) -> ResponseReturnValue:
        """POST /p/<token>/other: leave the payment under way and choose another way."""
        try:
            self._services.payments.withdraw(self._services.unit, self._services.order_of(token))
        except CitizenMistakeError as mistake:
            return self.pages.order(self._read(token), token, mistake=mistake)
        return self._to_order(token, "open_again")

    def back(self, token: str) -> ResponseReturnValue:
        """GET /p/<token>/back: the browser returns from the provider. It is not believed; the provider is asked."""
        order = self._read(token)
        if order.state is OrderState.PAYING and order.attempt is not None:
            self._services.payments.settle(self._services.unit, order.attempt.id, may_take=False)
            order = self._read(token)
        if order.state is OrderState.PAID:
            receipt_token = self._services.links.receipt_token(order.id)
            return redirect(_address("pay.receipt", receipt_token), SEE_OTHER)
        return self._to_order(token, "waiting" if order.state is OrderState.PAYING else "not_paid")

    def store(self, token: str, page: int) -> ResponseReturnValue:
        """GET /p/<token>/store/<page>: one bill's barcode a screen. Looking at it changes nothing."""
        order_id = self._services.order_of(token)
        with self._services.unit() as uow:
            order, slips = self._services.orders.read(uow, order_id), self._services.slips.of(uow, order_id)
        if not 1 <= page <= len(slips):
            return self._to_slip(token, 1) if slips else self._to_order(token)
        return self.pages.slip(order, slips, page, token)

    def store_picture(self, token: str, page: int) -> ResponseReturnValue:
        """GET /p/<token>/store/<page>.png: the same as a picture, to keep or to send."""
        order_id = self._services.order_of(token)
        with self._services.unit() as uow:
            order, slips = self._services.orders.read(uow, order_id), self._services.slips.of(uow, order_id)
        if not 1 <= page <= len(slips):
            abort(404)
        return self.pages.slip_picture(slips[page - 1], page, len(slips), order.language)

    def chat_picture(self, token: str) -> ResponseReturnValue:
        """GET /b/<token>.png: a barcode as the chat shows it, until its bill is paid or its last day has passed."""
        wanted = self._services.links.read_slip_picture(token)
        with self._services.unit() as uow:
            shown = self._services.slips.shown(uow, wanted.number)
        if shown is None:
            raise ExpiredLinkError
        slip, language = shown
        return self.pages.slip_picture(slip, wanted.page, wanted.count, language)

    def receipt(self, token: str) -> ResponseReturnValue:
        """GET /r/<token>: 繳費證明, to read and to print."""
        wrong_company = request.args.get("company") == WRONG
        return self.pages.receipt(*self._paid(token), token, wrong_company=wrong_company)

    def receipt_pdf(self, token: str) -> ResponseReturnValue:
        """GET /r/<token>.pdf: the same as a file; `?company=` prints a 統一編號 on it."""
        typed = request.args.get("company", "").strip()
        company = company_number(typed)
        if typed and company is None:
            return redirect(url_for("pay.receipt", token=token, company=WRONG, lang=_language()), SEE_OTHER)
        return self.pages.receipt_pdf(*self._paid(token), company)

    def notify(self, provider: str) -> ResponseReturnValue:
        """POST /pay/notify/<provider>: a provider's server says that something happened; the provider is asked what."""
        if (request.content_length or 0) > NOTIFY_BYTES:
            abort(413)
        body = request.stream.read(NOTIFY_BYTES + 1)  # a body in chunks has no length to look at
        if len(body) > NOTIFY_BYTES:
            abort(413)
        try:
            heard = self._services.payments.hear(self._services.unit, provider, dict(request.headers), body)
        except ForgedNotificationError:
            return "", 400
        return heard.reply, 200, {"Content-Type": "text/plain; charset=utf-8"}

    def _paid(self, token: str) -> tuple[Receipt, str]:
        """What was paid, and the language of its order."""
        order_id = self._services.links.read_receipt(token)
        with self._services.unit() as uow:
            return receipt(uow, order_id), self._services.orders.read(uow, order_id).language

    def _read(self, token: str) -> OrderView:
        order_id = self._services.order_of(token)
        with self._services.unit() as uow:
            return self._services.orders.read(uow, order_id)

    def _to_slip(self, token: str, page: int) -> Response:
        return redirect(url_for("pay.store", token=token, page=page, lang=_language()), SEE_OTHER)

    def _to_order(self, token: str, note: str | None = None) -> Response:
        return redirect(_address("pay.order", token, note), SEE_OTHER)


def _address(endpoint: str, token: str, note: str | None = None) -> str:
    """A page of ours, in the language this one was switched to."""
    return url_for(endpoint, token=token, note=note, lang=_language())  # None is left out


def _language() -> str | None:
    """The language the page was switched to; None when it was not."""
    lang = request.args.get("lang")
    return lang if lang in (Language.ZH.value, Language.EN.value) else None


def _ticked() -> set[PayableKey]:
    """The ticked bills of the form; what is no key is no bill of the order."""
    keys = set()
    for value in request.form.getlist("bill"):
        try:
            keys.add(PayableKey.parse(value))
        except ValueError:
            abort(400)
    return keys
