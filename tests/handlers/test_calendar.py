"""加入行事曆: a deadline as a file that calendars take, from an address that says everything itself."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_limiter import Limiter
from hypothesis import example, given
from hypothesis import strategies as st

from domain.calendarday import About, CalendarDay
from domain.calendarfile import LINE_OCTETS, Event, calendar_file
from domain.reader import Language
from infra.locales import reader
from services.links import Links
from tests.clock import MovableClock
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand, bill
from web.calendar.views import blueprint

NOW = datetime(2026, 11, 21, 6, 2, tzinfo=UTC)
WORDS = st.characters(exclude_categories=("Cc", "Cs")) | st.just("\n")
DAYS = st.builds(
    CalendarDay,
    st.sampled_from(About),
    st.sampled_from(Language),
    st.dates(date(2026, 1, 1), date(2100, 1, 1)),
    st.integers(1, 60_000),
    st.integers(0, 4_000_000_000),
)


@pytest.fixture
def links(clock: MovableClock) -> Links:
    clock.set(NOW)
    return Links("http://localhost:8000", ("k" * 40,), clock)


@pytest.fixture
def client(links: Links) -> FlaskClient:
    app = Flask(__name__)
    limiter = Limiter(lambda: "everybody", app=app, storage_uri="memory://")
    app.register_blueprint(blueprint(links, limiter))
    return app.test_client()


def path(address: str) -> str:
    return address.removeprefix("http://localhost:8000")


def unfolded(file: bytes) -> list[str]:
    return file.decode().replace("\r\n ", "").split("\r\n")


@given(DAYS)
def test_a_day_survives_its_address(day: CalendarDay) -> None:
    assert CalendarDay.unpacked(day.packed) == day


@given(st.text(WORDS, max_size=150), DAYS)
@example("a" * 300, CalendarDay(About.BILLS, Language.EN, date(2026, 12, 23), 1, 40))
def test_lines_are_folded_by_octets_and_text_is_escaped(words: str, day: CalendarDay) -> None:
    event = Event("u@x", day.ends - timedelta(days=1), day.ends, words, words, "http://x", timedelta(hours=11))
    file = calendar_file(event, NOW)
    assert file.endswith(b"END:VCALENDAR\r\n")
    for line in file.split(b"\r\n"):
        assert len(line) <= LINE_OCTETS
        line.decode()  # no character is cut
    (summary,) = [line for line in unfolded(file) if line.startswith("SUMMARY:")]
    said = summary.removeprefix("SUMMARY:").replace("\\\\", "\0").replace("\\n", "\n")
    assert said.replace("\\;", ";").replace("\\,", ",").replace("\0", "\\") == words


def test_the_file_says_the_citys_day_and_reminds_the_day_before(links: Links, client: FlaskClient) -> None:
    day = CalendarDay(About.BILLS, Language.ZH, date(2026, 12, 23), 2, 1140)
    address = links.calendar(day)
    answer = client.get(path(address))
    assert answer.content_type == "text/calendar; charset=utf-8"
    lines = unfolded(answer.data)
    for expected in (
        "DTSTAMP:20261121T060200Z",
        "DTSTART;TZID=Asia/Taipei:20261223T000000",
        "DTEND;TZID=Asia/Taipei:20261224T000000",
        "TZID:Asia/Taipei",
        "SUMMARY:停車費繳費期限：2 筆，1\\,140 元",
        "TRIGGER:-PT660M",
    ):
        assert expected in lines
    english = calendar_file(day.event(reader(Language.EN), "http://x"), NOW)
    assert "parking" in english.decode()


def test_an_address_ends_a_day_after_its_day_and_cannot_be_made_up(
    links: Links, client: FlaskClient, clock: MovableClock
) -> None:
    address = path(links.calendar(CalendarDay(About.PASS, Language.EN, date(2026, 12, 23), 1, 4600)))
    forged = "/c/" + ("B" if address[3] == "A" else "A") + address[4:]
    assert client.get(forged).status_code == 404
    receipt = links.receipt_token(CalendarDay(About.PASS, Language.EN, date(2026, 12, 23), 1, 4600).packed)
    assert client.get(f"/c/{receipt}.ics").status_code == 404, "a token of another purpose"
    clock.set(datetime(2026, 12, 24, 15, 59, tzinfo=UTC))
    assert client.get(address).status_code == 200
    clock.move(minutes=2)
    assert client.get(address).status_code == 410


def test_a_bill_card_has_the_nearest_deadline(flow: Flow, cities_in_hand: CitiesInHand, client: FlaskClient) -> None:
    near = date(2026, 11, 24)
    cities_in_hand.bills += [bill("A1", deadline=near), bill("A2", deadline=near, pay_amount=60)]
    cities_in_hand.bills.append(bill("A3", "NWT", deadline=date(2026, 12, 24)))
    flow.say("AB-1234")
    lines = unfolded(client.get(path(flow.answer.link("加入行事曆"))).data)
    assert "SUMMARY:停車費繳費期限：2 筆，100 元" in lines
    assert "DTSTART;TZID=Asia/Taipei:20261124T000000" in lines
