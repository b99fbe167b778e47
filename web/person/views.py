"""GET /person/<token> asks for 身分證字號 and birthday, a POST shows the person's bills with a pay link.

What is typed lives as long as the request: it is not kept, logged, sent back, or bound to anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from werkzeug.wrappers import Response

from domain.amounts import money
from domain.billsview import BillsView, Standing
from domain.cities import Cities, city_of
from domain.clock import Clock, city_date
from domain.dates import deadline
from domain.nationalid import BirthdayError, NationalIdError, Person
from domain.reader import Language, Reader
from infra.database import UnitOfWorkFactory
from infra.locales import reader as reader_of
from services import quotes
from services.links import Links
from services.orders import Orders
from services.person_bills import PersonBills
from services.person_links import Opened, PersonLinks, UsedError
from web.linkpages import Kinds, say_what_is_wrong
from web.pay.frame import frame

LOOK_LIMIT = "30 per minute"  # per sender address
GIVE_LIMIT = "5 per minute"
WRONG = 422
OWN_KINDS: Kinds = {UsedError: ("used", 410)}


@dataclass(frozen=True, slots=True)
class PersonServices:
    """What the page is given by wiring."""

    unit: UnitOfWorkFactory
    person_links: PersonLinks
    person_bills: PersonBills
    orders: Orders
    links: Links
    cities: Cities
    clock: Clock


def blueprint(services: PersonServices, limiter: Limiter) -> Blueprint:
    """The page on these services, in the frame of the pay pages. Its form is guarded by the application's CSRF."""
    room = Blueprint("person", __name__, template_folder="templates")
    views = _Views(services, limiter)
    room.add_url_rule("/person/<token>", "look", limiter.limit(LOOK_LIMIT)(views.look))
    room.add_url_rule("/person/<token>", "give", limiter.limit(GIVE_LIMIT)(views.give), methods=["POST"])
    say_what_is_wrong(room, views.wrong, OWN_KINDS)
    return room


class _Views:
    """One method per route."""

    def __init__(self, services: PersonServices, limiter: Limiter) -> None:
        self._services = services
        self._limiter = limiter  # its decorators hold it weakly

    def look(self, token: str) -> ResponseReturnValue:
        """GET: the form. Looking uses nothing up, so a preview of the link does not either."""
        with self._services.unit() as uow:
            opened = self._services.person_links.look(uow, token)
        return self._form(opened, token)

    def give(self, token: str) -> ResponseReturnValue:
        """POST: a try is counted and kept before an agency is asked, which is done with no transaction open."""
        given = self._services
        with given.unit() as uow:
            opened = given.person_links.look(uow, token)
        try:
            person = Person.parse(
                request.form.get("number", ""), request.form.get("birthday", ""), city_date(given.clock.now())
            )
        except (NationalIdError, BirthdayError) as mistake:
            wrong = "number" if isinstance(mistake, NationalIdError) else "birthday"
            return self._form(opened, token, wrong=wrong, problem=mistake)
        with given.unit() as uow:
            given.person_links.take(uow, token)
            doors = given.person_bills.doors(uow)
        answers = given.person_bills.ask(doors, person)
        now = given.clock.now()
        with given.unit() as uow:
            view = given.person_bills.bills(uow, answers, now)
            due = [line.payable for line in view.due]
            quote = quotes.offer(
                given.orders,
                channel=opened.channel,
                citizen=opened.citizen,
                payables=due,
                asked_at=now,
                now=now,
                language=opened.language,
            )
            if quote is not None:
                quotes.write(uow, [quote])
            if due:
                given.person_links.end(uow, token)
        pay_url = given.links.pay(quote) if quote else ""
        silent = [answer.agency for answer in answers if answer.numbers is None]
        return self._found(opened, view, silent, pay_url, quote.total if quote else 0)

    def wrong(self, what: str, status: int) -> ResponseReturnValue:
        """The page that says what happened."""
        return self._page(Language.ZH.value, status, what=what)

    def _form(
        self, opened: Opened, token: str, *, wrong: str = "", problem: NationalIdError | BirthdayError | None = None
    ) -> Response:
        reader = self._reader(opened.language)
        said = reader.t(problem.text, **problem.values) if problem else ""
        return self._page(opened.language, WRONG if problem else 200, token=token, wrong=wrong, problem=said)

    def _found(self, opened: Opened, view: BillsView, silent: Sequence[str], pay_url: str, total: int) -> Response:
        """The bills, who could not be asked, and the way to pay."""
        reader = self._reader(opened.language)
        lines = [
            {
                "item": self._services.orders.fees.name(reader, line.payable.fee_item),
                "agency": line.city.name(reader.language),
                "number": line.key.number,
                "amount": money(reader, line.payable.pay_amount),
                "deadline": deadline(reader, line.payable.deadline, view.today) if line.payable.deadline else "",
                "overdue": self._services.orders.fees.ask_agency(line.payable),
            }
            for line in view.lines
            if line.standing is Standing.DUE
        ]
        return self._page(
            opened.language,
            what="found",
            lines=lines,
            silent=[city_of(self._services.cities, code).name(reader.language) for code in silent],
            pay_url=pay_url,
            total=money(reader, total),
        )

    def _page(self, language: str, status: int = 200, **values: object) -> Response:
        shown = {**frame(self._reader(language), urlsplit(self._services.links.public_url).netloc), **values}
        answer = make_response(render_template("person/page.html", **shown), status)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _reader(self, language: str) -> Reader:
        wanted = request.args.get("lang", language)
        return reader_of(Language.EN if wanted == Language.EN.value else Language.ZH)
