"""GET /refund/<token> asks for the bank account of a refund, a POST keeps it, once. Nothing of it is shown here."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from werkzeug.wrappers import Response

from domain.accountrules import Agency
from domain.amounts import money
from domain.bankaccounts import AccountNumberError, BankAccount, BankCodeError
from domain.reader import Language, Reader
from infra.database import UnitOfWorkFactory
from infra.locales import reader as reader_of
from services.refundaccounts import GivenError, OverError, RefundAccounts, Wanted
from web.linkpages import Kinds, say_what_is_wrong
from web.pay.frame import frame

LOOK_LIMIT = "30 per minute"  # per sender address
GIVE_LIMIT = "10 per minute"
WRONG = 422
OWN_KINDS: Kinds = {GivenError: ("given", 410), OverError: ("over", 410)}


@dataclass(frozen=True, slots=True)
class AccountServices:
    """What the page is given by wiring. `agency`: who collects the account (個資法 §8)."""

    unit: UnitOfWorkFactory
    accounts: RefundAccounts
    agency: Agency
    public_url: str


def blueprint(services: AccountServices, limiter: Limiter) -> Blueprint:
    """The page on these services, in the frame of the pay pages. Its form is guarded by the application's CSRF."""
    room = Blueprint("refundaccount", __name__, template_folder="templates")
    views = _Views(services, limiter)
    room.add_url_rule("/refund/<token>", "look", limiter.limit(LOOK_LIMIT)(views.look))
    room.add_url_rule("/refund/<token>", "give", limiter.limit(GIVE_LIMIT)(views.give), methods=["POST"])
    say_what_is_wrong(room, views.wrong, OWN_KINDS)
    return room


class _Views:
    """One method per route."""

    def __init__(self, services: AccountServices, limiter: Limiter) -> None:
        self._services = services
        self._limiter = limiter  # its decorators hold it weakly

    def look(self, token: str) -> ResponseReturnValue:
        """GET: the form."""
        with self._services.unit() as uow:
            wanted = self._services.accounts.look(uow, token)
        return self._form(wanted, token)

    def give(self, token: str) -> ResponseReturnValue:
        """POST: keep the account; what is wrong is said beside its field, and nothing typed is sent back."""
        with self._services.unit() as uow:
            wanted = self._services.accounts.look(uow, token)
        try:
            account = BankAccount.parse(request.form.get("bank", ""), request.form.get("number", ""))
        except BankCodeError as mistake:
            return self._form(wanted, token, wrong="bank", problem=mistake)
        except AccountNumberError as mistake:
            return self._form(wanted, token, wrong="number", problem=mistake)
        with self._services.unit() as uow:
            self._services.accounts.give(uow, token, account)
        return self._page(wanted.language, what="thanks")

    def wrong(self, what: str, status: int) -> ResponseReturnValue:
        """The page that says what happened."""
        return self._page(Language.ZH.value, status, what=what)

    def _form(
        self, wanted: Wanted, token: str, *, wrong: str = "", problem: BankCodeError | AccountNumberError | None = None
    ) -> Response:
        reader = self._reader(wanted.language)
        said = reader.t(problem.text, **problem.values) if problem else ""
        agency, amount = self._services.agency.name(reader.language), money(reader, wanted.amount)
        status = WRONG if problem else 200
        return self._page(wanted.language, status, token=token, amount=amount, agency=agency, wrong=wrong, problem=said)

    def _page(self, language: str, status: int = 200, **values: object) -> Response:
        shown = {**frame(self._reader(language), urlsplit(self._services.public_url).netloc), **values}
        return make_response(render_template("refundaccount/page.html", **shown), status)

    def _reader(self, language: str) -> Reader:
        wanted = request.args.get("lang", language)
        return reader_of(Language.EN if wanted == Language.EN.value else Language.ZH)
