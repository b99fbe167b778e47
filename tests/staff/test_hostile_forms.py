"""Every form of the back office sent with what no form of ours sends: junk in each field, fields it does not have.

The office is furnished once; what one test has done is done for the next, which finds enough left to try.
"""

from collections.abc import Iterable
from itertools import product
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import text

from tests.staff.crawl import Form, Found, crawl, endpoint_of
from tests.staff.furnished import furnish
from tests.staff.office import Office, Person

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile forms of the back office")]  # one office for them all

WORD = "x"
JUNK = ("\x00", "9" * 30, "-1", "１２３", "🚗" * 300, "2031-13-45T99:99", "")
MARK = "mass-4711"  # what a field that no form of the page has is set to
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


@pytest.fixture(scope="module")
def office(lasting_office: Office) -> Office:
    return lasting_office


@pytest.fixture(scope="module")
def lin(office: Office) -> Person:
    """Somebody of the head office, before whom lies everything there is to press."""
    return furnish(office).lin


@pytest.fixture(scope="module")
def found(lin: Person) -> Found:
    return crawl(lin)


@pytest.fixture(scope="module")
def forms(office: Office, found: Found) -> list[Form]:
    """One of each route and set of fields, but those after which the presser could not go on."""
    kinds: dict[object, Form] = {}
    for form in [*found.posts(), *(form for form in found.forms if form.method == "GET")]:
        if not form.action.startswith(("/staff/people/lin", "/staff/own")):
            kind = endpoint_of(office.app, form.action, form.method), *sorted(form.data())
            kinds.setdefault(kind, form)
    assert len(kinds) > 60
    return list(kinds.values())


def status(person: Person, form: Form, sent: dict[str, list[str]]) -> int:
    """Of the answer to the form's address with these fields."""
    if form.method == "POST":
        return person.client.post(form.action, data=sent, buffered=True).status_code
    return person.client.get(urlsplit(form.action).path, query_string=sent, buffered=True).status_code


def test_fields_that_a_page_does_not_have_are_kept_nowhere(
    office: Office, lin: Person, found: Found, forms: list[Form]
) -> None:
    """Mass assignment: every column of the database as a field of every form."""
    with office.house.unit() as uow:
        names = "SELECT DISTINCT column_name FROM information_schema.columns WHERE table_schema = 'public'"
        columns = set(uow.connection.execute(text(names)).scalars())
    pressed = 0
    for form in forms:
        known = {name for other in found.forms if other.page == form.page for name in other.data()}
        answer = status(lin, form, {name: [MARK] for name in columns - known} | form.data())
        assert answer < 500, form.action
        pressed += form.method == "POST" and answer in (200, 303)
    assert pressed > 20
    assert list(marked(office, MARK)) == []
    assert "staff" in marked(office, "lin"), "what is there is found"


def marked(office: Office, mark: str) -> Iterable[str]:
    """The tables that have it anywhere."""
    with office.house.unit() as uow:
        for table in uow.connection.execute(text(TABLES)).scalars().all():
            kept = f'SELECT EXISTS (SELECT FROM "{table}" t WHERE t::text LIKE :mark)'  # noqa: S608 - from the catalogue
            if uow.connection.execute(text(kept), {"mark": f"%{mark}%"}).scalar():
                yield table


def test_junk_in_any_field_is_refused_and_breaks_nothing(lin: Person, forms: list[Form]) -> None:
    """A word, and two kinds of JUNK for each field in turn."""
    fields = [(form, name) for form in forms for name in form.data()]
    for at, (form, name) in enumerate(fields):
        for junk in {WORD, JUNK[at % len(JUNK)], JUNK[(at + 3) % len(JUNK)]}:
            assert status(lin, form, form.data() | {name: [junk]}) < 500, f"{form.action} {name}={junk[:20]!r}"


def test_a_form_without_one_of_its_fields_breaks_nothing(lin: Person, forms: list[Form]) -> None:
    for form in forms:
        for name in form.data():
            rest = {key: value for key, value in form.data().items() if key != name}
            assert status(lin, form, rest) < 500, f"{form.action} without {name}"


def test_junk_in_the_question_of_a_link_breaks_nothing(office: Office, lin: Person, found: Found) -> None:
    asked = {}
    for address in found.pages:
        for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True):
            asked.setdefault((endpoint_of(office.app, address), name), (urlsplit(address).path, name))
    assert len(asked) > 5
    for (path, name), junk in product(asked.values(), (WORD, *JUNK)):
        assert lin.client.get(path, query_string={name: junk}).status_code < 500, f"{path} {name}={junk!r}"
