"""Everything that a member of staff can reach by pressing links: pages, forms, files. Found anew each time, so that a
page that is added is looked at without being named anywhere.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.staff.office import Person

MOST_OF_A_KIND = 8  # addresses of one route; pages of one kind are alike
TYPED = {"date": "2031-03-01", "datetime-local": "2031-03-01T10:00", "month": "2031-03", "tel": "0912345678"}
WORD, NUMBER = "核對無誤", "1"  # what is typed into other fields that must be filled
MADE_UP = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1"}
HOME, PRESSED = "/staff/", "POST "
ASKS: Mapping[str, Mapping[str, str]] = {
    "staff.audit_verify": {},
    "staff.caller_unmask": {},
    "staff.callers_find": {"mobile": "0900000000"},
    "staff.case_receipt": {},
    "staff.case_unmask": {},
    "staff.cases_find": {"mobile": "0912345678"},
    "staff.failed_find": {},
    "staff.flood_preview": {},
    "staff.payments_excel": {},
    "staff.payments_find": {},
    "staff.refunds_find": {},
    "staff.rounds_compare": {"steps|001|car|all-day": "7"},
    "staff.sales_excel": {},
    "staff.sales_find": {"month": "2023-09", "rehearsal": "1"},
    "staff.sms_excel": {},
    "staff.sms_find": {},
}
"""Forms that are posted and change nothing but the audit: what is typed into them to see the page they lead to."""

Attributes = dict[str, str | None]


@dataclass(frozen=True)
class Form:
    """A form as the page gave it, every field that must be filled filled in. `token`: what guards it."""

    page: str
    action: str  # path and query
    method: str
    fields: tuple[tuple[str, str], ...]
    token: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # other options of its selects

    def data(self) -> dict[str, list[str]]:
        """As the test client wants it, without the token."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        return found

    def typed(self, words: Mapping[str, str]) -> "Form":
        """With other words in fields that it has."""
        return replace(self, fields=tuple((name, words.get(name, value)) for name, value in self.fields))


class Reader(HTMLParser):
    """Links, forms and every element of one page."""

    def __init__(self, address: str, page: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.elements: list[tuple[str, Attributes]] = []
        self._form: tuple[str, str] | None = None
        self._fields: list[tuple[str, str]] = []
        self._token = ""
        self._choices: list[tuple[str, str]] = []
        self._others: list[str] = []  # where other buttons of the form lead
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements.append((tag, given))
        if tag == "a" and (given.get("href") or "#")[0] != "#":
            self.links.append(urljoin(self.address, given["href"]))
        elif tag == "form":
            self._form = (urljoin(self.address, given.get("action") or ""), (given.get("method") or "get").upper())
            self._fields, self._choices, self._others, self._token = [], [], [], ""
        elif self._form:
            self._part(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            name, options = self._select
            chosen = next((value for value, selected in options if selected), options[0][0] if options else "")
            self._fields.append((name, chosen))
            self._choices += [(name, value) for value, _ in options if value != chosen]
            self._select = None
        elif tag == "form" and self._form:
            given = (tuple(self._fields), self._token, tuple(self._choices))
            action, method = self._form
            self.forms += [Form(self.address, one, method, *given) for one in (action, *self._others)]
            self._form = None

    def _part(self, tag: str, given: Attributes) -> None:
        name = given.get("name") or ""
        if tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value") or "", "selected" in given))
        elif name == "csrf_token":
            self._token = given.get("value") or ""
        elif given.get("formaction"):
            self._others.append(urljoin(self.address, given["formaction"]))
        elif name and tag in ("input", "textarea", "button"):
            self._fields += _typed(name, given)


class Tables(HTMLParser):
    """The tables of a page: of each its rows of cells, their words as they are read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.rows.append([])
        elif tag == "tr":
            self.rows[-1].append([])
        elif tag == "td":
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "td" and self._cell is not None:
            self.rows[-1][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None
        elif tag == "table":
            self.rows[-1] = [row for row in self.rows[-1] if row]

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def _typed(name: str, given: Attributes) -> Iterable[tuple[str, str]]:
    kind, value = given.get("type") or "text", given.get("value") or ""
    if kind == "file" or (kind in ("checkbox", "radio") and "checked" not in given):
        return
    if not value and "required" in given:
        value = TYPED.get(kind) or (NUMBER if given.get("inputmode") == "numeric" else WORD)
    yield name, value


@dataclass
class Found:
    """What was reached. `pages` by address, or by "POST" and address; `pressed`: the forms that led to the latter."""

    pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, TestResponse] = field(default_factory=dict)
    heads: dict[str, Headers] = field(default_factory=dict)  # of both
    forms: list[Form] = field(default_factory=list)
    pressed: dict[str, Form] = field(default_factory=dict)
    endpoints: set[str] = field(default_factory=set)
    broken: dict[str, int] = field(default_factory=dict)  # what a link or a form leads to that is no page

    def posts(self) -> list[Form]:
        """Forms that do something, one of each address and set of fields; not the one that logs out."""
        seen: dict[tuple[str, tuple[str, ...]], Form] = {}
        for form in self.forms:
            if form.method == "POST" and not form.action.endswith("/logout"):
                seen.setdefault((form.action, tuple(name for name, _ in form.fields)), form)
        return list(seen.values())

    def readers(self) -> list[Reader]:
        """The pages, read."""
        return [Reader(address.removeprefix(PRESSED), page) for address, page in self.pages.items()]


def crawl(person: Person) -> Found:
    """Follow every link of the back office, and press every form that only asks."""
    app, found = person.office.app, Found()
    waiting, seen, of_a_kind = [HOME], {HOME}, Counter[str]()

    def wanted(address: str, method: str) -> bool:
        endpoint = endpoint_of(app, address, method)
        if endpoint is None or (method == "POST" and endpoint not in ASKS):
            return False
        of_a_kind[endpoint] += 1
        found.endpoints.add(endpoint)
        return of_a_kind[endpoint] <= MOST_OF_A_KIND

    def read(address: str, answer: TestResponse) -> None:
        if answer.status_code != 200:
            found.broken[address] = answer.status_code
            return
        found.heads[address] = answer.headers
        if answer.mimetype != "text/html":
            found.files[address] = answer
            return
        found.pages[address] = answer.text
        page = Reader(address.removeprefix(PRESSED), answer.text)
        found.forms += page.forms
        asked = [question for form in page.forms if form.method == "GET" for question in _questions(form)]
        follow([*page.links, *asked])

    def follow(links: Iterable[str]) -> None:
        for onward in filter(None, map(_inside, links)):
            if onward not in seen:
                seen.add(onward)
                waiting.append(onward)

    while waiting:
        address = waiting.pop(0)
        if wanted(address, "GET"):
            read(address, person.client.get(address, buffered=True))
        for form in [] if waiting else found.posts():
            key = PRESSED + form.action
            if key not in found.pressed and wanted(form.action, "POST"):
                found.pressed[key] = form.typed(ASKS[str(endpoint_of(app, form.action, "POST"))])
                answer = person.client.post(form.action, data=found.pressed[key].data(), buffered=True)
                if answer.status_code == 303:
                    follow([answer.location])
                else:
                    read(key, answer)
    return found


def staff_rules(app: Flask, method: str) -> list[Rule]:
    """The routes of the back office that take this method."""
    rules = app.url_map.iter_rules()
    return [rule for rule in rules if rule.endpoint.startswith("staff.") and method in (rule.methods or ())]


def endpoint_of(app: Flask, address: str, method: str = "GET") -> str | None:
    """The route that an address of ours leads to."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(address).path, method=method)
    except HTTPException:
        return None
    return str(endpoint)


def address_of(rule: Rule, part: str) -> str:
    """A route's address with `part` where it takes words, and made-up ids where it takes those."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: MADE_UP.get(found[1] or "", part), rule.rule)


def main_of(page: str) -> str:
    """What stands in the middle of a page, without the tokens of its forms."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page.partition("<main")[2].partition("</main>")[0])


def _questions(form: Form) -> Iterable[str]:
    """The addresses that a form which only asks leads to: as it stands, and with each other option of its selects."""
    parts = urlsplit(form.action)
    stands = {**dict(parse_qsl(parts.query)), **dict(form.fields)}
    for name, value in [("", ""), *form.choices]:
        asked = {**stands, name: value} if name else stands
        yield parts._replace(query=urlencode(asked)).geturl()


def _inside(link: str) -> str | None:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path.startswith("/staff/"):
        return None
    return parts._replace(fragment="").geturl()
