"""Attacks on every route, form and file of the back office, as a crawl finds them: nobody names what to look at.

The office is furnished once. Every attack here must change nothing, so the next one finds it as it was.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from itertools import cycle, islice

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from werkzeug.test import TestResponse

from domain.staff import Role
from tests.staff.crawl import ASKS, PRESSED, Form, Found, Reader, address_of, crawl, endpoint_of, staff_rules
from tests.staff.furnished import HOSTILE, WHOLE, Staff, furnish
from tests.staff.office import Office
from web.backoffice.room import MISSES
from web.security import MOST_BODY_BYTES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("attacks on the back office")]  # one office for them all

DOOR = {"staff.login", "staff.logout", "staff.setup", "staff.static", "staff.nowhere"}
PATHS = ("../../../../etc/passwd", "TEST%2f..%2f2031-03/001/car/all-day", "x%00y%ff", "x" * 3_000)
FORM = "application/x-www-form-urlencoded"
PIECES = {
    "mobile": ("0912", "0912%", "%678", "678", "09________", "%"),
    "plate": ("QRS-12", "QRS", "QRS%", "%34", "QRS-____", "%"),
}
"""Of what lists hide."""
GUESSES = {"mobile": "0999999999", "plate": "ZZZ-9999"}
TOUCHED = {"staff_session", "audit_row"}  # by looking


@pytest.fixture(scope="module")
def office(lasting_office: Office) -> Office:
    return lasting_office


@pytest.fixture(scope="module")
def staff(office: Office) -> Staff:
    return furnish(office, HOSTILE)


@pytest.fixture(scope="module")
def seen(staff: Staff) -> Mapping[Role, Found]:
    """What each role can reach."""
    return {role: crawl(person) for role, person in staff.by_role.items()}


@pytest.fixture
def unchanged(office: Office, staff: Staff) -> Iterator[None]:
    """Fails where a test leaves anything else in the database than it found."""
    assert staff
    before = _everything(office)
    yield
    after = _everything(office)
    assert [table for table in before if before[table] != after[table]] == []


def _everything(office: Office) -> dict[str, str]:
    """A digest of each table."""
    names = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    with office.house.unit() as uow:
        tables = sorted(set(uow.connection.execute(text(names)).scalars()) - TOUCHED)
        digest = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{}\" t"
        return {name: str(uow.connection.execute(text(digest.format(name))).scalar()) for name in tables}


def _secrets(office: Office) -> list[str]:
    """What is shown to nobody without this lot: entries' numbers, the lot's rounds, and of course whole people."""
    with office.house.unit() as uow:
        found = uow.connection.execute(text("SELECT entry_no FROM pass_entry UNION SELECT draw_id FROM pass_round"))
        return [*found.scalars(), *WHOLE]


def test_a_crawl_finds_what_there_is(office: Office, seen: Mapping[Role, Found]) -> None:
    """What a crawl does not find is not attacked: furnish the office (furnished.py) so that a link leads there. Some
    deeds need what only time or the outside world brings: a refund without an answer, a message that LINE refused.
    """
    assert [found.broken for found in seen.values() if found.broken] == []
    pages = {endpoint for found in seen.values() for endpoint in found.endpoints}
    deeds = {endpoint_of(office.app, form.action, "POST") for found in seen.values() for form in found.posts()}
    for method, reached, enough in (("GET", pages, 0.8), ("POST", deeds, 0.66)):
        all_ = {rule.endpoint for rule in staff_rules(office.app, method)} - DOOR
        assert len(all_ & reached) >= enough * len(all_), f"no link leads to {sorted(all_ - reached)}"


def test_markup_in_words_stays_words(seen: Mapping[Role, Found]) -> None:
    shown = 0
    for found in seen.values():
        for page in found.readers():
            assert [tag for tag, _ in page.elements if tag == "x-mark"] == [], page.address
            assert [given for tag, given in page.elements if tag == "script" and "src" not in given] == [], page.address
            handlers = {name for _, given in page.elements for name in given if name.startswith("on")}
            assert handlers == set(), page.address
        shown += sum("&lt;x-mark&gt;" in page for page in found.pages.values())
    assert shown > 20, "the words are on the pages, and escaped"


def test_no_file_holds_a_formula(seen: Mapping[Role, Found]) -> None:
    hostile = 0
    for found in seen.values():
        for address, answer in found.files.items():
            if "spreadsheetml" in answer.mimetype:
                with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
                    sheets = [packed.read(name) for name in packed.namelist() if name.startswith("xl/worksheets/")]
                assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets), address
                rows = load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows()
                cells = [cell for row in rows for cell in row]
                assert "f" not in {cell.data_type for cell in cells}, address
                hostile += sum(str(cell.value).startswith("=") for cell in cells)
            elif answer.mimetype == "text/csv":
                fields = [field for line in answer.text.splitlines() for field in line.lstrip("\ufeff").split(",")]
                assert not any(field.strip('"')[:1] in tuple("=+-@\t") for field in fields if field), address
    assert hostile > 5, "what was typed is in the files, as text"


def test_nobody_whole_on_any_page_or_in_any_file(seen: Mapping[Role, Found]) -> None:
    """But where one row was asked for with a reason; gates need plates, and get no name or number with them."""
    for found in seen.values():
        for address, page in found.pages.items():
            if not address.endswith("/unmask"):
                assert [whole for whole in WHOLE if whole in page] == [], address
        for address, answer in found.files.items():
            words = _words(answer)
            plates = WHOLE[2:4] if address.startswith("/staff/gates/") else ()
            assert [whole for whole in WHOLE if whole in words and whole not in plates] == [], address


def test_asking_for_another_order_shows_the_same(staff: Staff, seen: Mapping[Role, Found], unchanged: None) -> None:
    """A mask holds where rows can be neither sorted nor searched by what it hides."""
    for address in seen[Role.HEAD].pages:
        if "round=" in address or address.endswith(("/cases", "/sales")):
            plain = _rows(staff.chen.client.get(address).text)
            more = "&".join(f"{name}=name" for name in ("sort", "order", "order_by", "name", "q", "mobile", "plate"))
            join = "&" if "?" in address else "?"
            assert _rows(staff.chen.client.get(f"{address}{join}{more}").text) == plain, address


def test_a_piece_of_what_is_masked_finds_nobody(staff: Staff, seen: Mapping[Role, Found], unchanged: None) -> None:
    """No list is narrowed down by what its rows hide, on a page or in a file."""
    forms = _searches(seen[Role.HEAD])
    assert len(forms) > 5
    for form, name in forms:
        for piece in PIECES[name]:
            answer = staff.chen.client.post(form.action, data=form.data() | {name: [piece]}, buffered=True)
            assert "**" not in _words(answer), f"{form.action} {name}={piece}"
    whole = staff.chen.post("/cases/find", mobile=WHOLE[1], plate=WHOLE[2])
    assert "**" in whole.text, "what is whole is found, masked"


def test_guesses_are_counted_over_all_pages_together(
    office: Office, staff: Staff, seen: Mapping[Role, Found], unchanged: None
) -> None:
    limited = Office(office.urls, office.var, limits_on=True)
    limited.__dict__["house"] = office.house
    client, session = limited.app.test_client(), staff.lin.client.get_cookie("session")
    assert session is not None
    client.set_cookie("session", session.value)
    forms = _searches(seen[Role.HEAD])
    guesses = [(form.action, form.data() | {name: [GUESSES[name]]}) for form, name in forms]
    allowed = int(MISSES.partition(" ")[0])
    for action, fields in islice(cycle(guesses), allowed):
        assert client.post(action, data=fields, buffered=True).status_code != 429, action
    for action, fields in guesses:
        assert client.post(action, data=fields, buffered=True).status_code == 429, action


def _searches(found: Found) -> list[tuple[Form, str]]:
    """Each form that asks for a list or its file, and what a mask hides that its page can ask by."""
    fields: dict[str, set[str]] = {}
    for form in found.forms:
        fields.setdefault(form.page, set()).update(form.data())
    asking = [form for form in found.pressed.values() if form.action.endswith(("/find", "/excel"))]
    return [(form, name) for form in asking for name in PIECES if name in fields[form.page]]


def test_another_lots_staff_get_and_do_nothing_here(
    office: Office, staff: Staff, seen: Mapping[Role, Found], unchanged: None
) -> None:
    """IDOR, over every address and every id that a page of the head office or of the lot's own staff has shown."""
    secrets, theirs = _secrets(office), (seen[Role.HEAD], seen[Role.LOT])
    for address in {address for found in theirs for address in found.heads if not address.startswith(PRESSED)}:
        answer = staff.hung.client.get(address, buffered=True)
        assert answer.status_code in (200, 403, 404), address
        assert [secret for secret in secrets if secret in _words(answer)] == [], address
    forms = {(form.action, form.fields): form for found in theirs for form in found.posts()}
    for form in forms.values():
        answer = staff.hung.client.post(form.action, data=form.data(), buffered=True)
        assert answer.status_code in (200, 303, 400, 403, 404), form.action
        assert [secret for secret in secrets if secret in _words(answer)] == [], form.action
    assert len(forms) > 40


def test_auditors_press_every_form_in_vain(staff: Staff, seen: Mapping[Role, Found], unchanged: None) -> None:
    for form in seen[Role.HEAD].posts():
        if not form.action.startswith("/staff/openings"):  # for them: they ask, and another approves
            answer = staff.wuly.client.post(form.action, data=form.data(), buffered=True)
            assert answer.status_code in (200, 303, 400, 403), form.action


def test_a_form_without_its_token_or_with_anothers_does_nothing(
    office: Office, staff: Staff, seen: Mapping[Role, Found], unchanged: None
) -> None:
    office.app.config["WTF_CSRF_ENABLED"] = True
    try:
        lins = Reader("/", staff.lin.get("/own").text).forms[0].token
        assert lins
        for form in seen[Role.HEAD].posts():
            for token in ({}, {"csrf_token": lins}):
                answer = staff.chen.client.post(form.action, data=form.data() | token)
                assert answer.status_code == 400, form.action
                assert "表單已過期" in answer.text, form.action
    finally:
        office.app.config["WTF_CSRF_ENABLED"] = False


def test_a_get_does_no_deed(office: Office, staff: Staff, seen: Mapping[Role, Found], unchanged: None) -> None:
    asks = {rule.endpoint for rule in staff_rules(office.app, "GET")}
    for form in seen[Role.HEAD].posts():
        if endpoint_of(office.app, form.action, "POST") not in asks:
            assert staff.chen.client.get(form.action, query_string=form.data()).status_code in (404, 405), form.action


def test_no_part_of_an_address_climbs_out_or_breaks(office: Office, staff: Staff, unchanged: None) -> None:
    """Draw ids have slashes in them; nothing else than a draw may come of one."""
    for rule in office.app.url_map.iter_rules():
        if rule.endpoint.startswith("staff.") and rule.arguments:
            for address in (address_of(rule, path) for path in PATHS):
                for method in (rule.methods or set()) & {"GET", "POST"}:
                    answer = staff.chen.client.open(address, method=method)
                    assert answer.status_code in (302, 303, 308, 400, 403, 404, 405), f"{method} {address[:80]}"
                    assert b"root:" not in answer.data
                    assert "Content-Disposition" not in answer.headers


def test_a_body_beyond_every_form_is_refused_unread(office: Office, staff: Staff, unchanged: None) -> None:
    large = b"reason=" + b"x" * MOST_BODY_BYTES
    office.app.config["WTF_CSRF_ENABLED"] = True
    try:
        for rule in staff_rules(office.app, "POST"):
            answer = staff.chen.client.post(address_of(rule, "x"), data=large, content_type=FORM)
            assert answer.status_code == 413, rule.rule
    finally:
        office.app.config["WTF_CSRF_ENABLED"] = False


def test_what_pages_and_files_say_to_browsers(seen: Mapping[Role, Found]) -> None:
    """Nothing personal is kept by a browser or a proxy, nothing runs that is not ours, nobody frames us."""
    for found in seen.values():
        for address, head in found.heads.items():
            assert head["Cache-Control"] == "no-store", address
            assert "default-src 'none'" in head["Content-Security-Policy"], address
            assert head["X-Content-Type-Options"] == "nosniff", address
            assert head["X-Frame-Options"] == "DENY", address


def test_what_only_asks_is_known_to_be_there(office: Office) -> None:
    assert set(ASKS) <= {rule.endpoint for rule in staff_rules(office.app, "POST")}


def _words(answer: TestResponse) -> str:
    """What can be read in a page or a file."""
    if "spreadsheetml" not in answer.mimetype:
        return answer.data.decode(errors="replace")
    rows = load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True)
    return "\n".join(str(value) for row in rows for value in row)


def _rows(page: str) -> str:
    """The tables of a page."""
    return "".join(part.partition("</table>")[0] for part in page.split("<table")[1:])
