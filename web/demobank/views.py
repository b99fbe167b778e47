"""訂單資訊 of the pay.taipei manual: the bank's customer confirms or walks away. The bank itself is given by wiring."""

from collections.abc import Mapping
from typing import Any, Protocol

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from domain.clock import TAIPEI, Clock

LIMIT = "60 per minute"
SEE_OTHER = 303

# What the bank may be told to do (adapters.payments.demobank.Behaviour), as the page offers it.
BEHAVIOURS: Mapping[str, str] = {
    "normal": "正常付款",
    "decline": "拒絕付款（餘額不足）",
    "hang": "扣款後 30 秒不回應",
    "twice": "扣款一次，通知兩次",
    "late": "先說已取消，一分鐘後才說已扣款",
}


class Bank(Protocol):
    """What the pages need of the bank (adapters.payments.demobank.DemoBank)."""

    def trade(self, trade_number: str) -> Any:
        """One trade of its books, or None."""
        ...

    def pay(self, trade_number: str, behaviour: Any) -> None:
        """The customer confirms."""
        ...

    def cancel(self, trade_number: str) -> None:
        """The customer walks away."""
        ...


def blueprint(bank: Bank, clock: Clock, limiter: Limiter) -> Blueprint:
    """The bank's pages. Its forms are guarded by the application's CSRF protection."""
    room = Blueprint(
        "demobank", __name__, template_folder="templates", static_folder="static", static_url_path="/demobank/static"
    )

    @room.get("/demobank/<trade_number>")
    @limiter.limit(LIMIT)
    def show(trade_number: str) -> ResponseReturnValue:
        trade = bank.trade(trade_number) or abort(404)
        over = trade.decided_at is not None or trade.expires_at <= clock.now()
        until = f"{trade.expires_at.astimezone(TAIPEI):%H:%M}"
        page = render_template("demobank/trade.html", trade=trade, over=over, until=until, behaviours=BEHAVIOURS)
        return make_response(page)

    @room.post("/demobank/<trade_number>")
    @limiter.limit(LIMIT)
    def decide(trade_number: str) -> ResponseReturnValue:
        trade = bank.trade(trade_number) or abort(404)
        behaviour = request.form.get("behaviour", "normal")
        if behaviour not in BEHAVIOURS:
            abort(400)
        if request.form.get("do") == "pay":
            bank.pay(trade_number, type(trade.behaviour)(behaviour))
        else:
            bank.cancel(trade_number)
        return redirect(trade.return_url, SEE_OTHER)  # the payee's own address, as it registered the trade

    room.after_request(_harden)
    return room


def _harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response
