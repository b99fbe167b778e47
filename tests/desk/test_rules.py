"""config/desk.toml and what follows from it: when somebody is there, and numbers of cases as people write them."""

from datetime import date, datetime
from pathlib import Path

import pytest

from domain.clock import TAIPEI
from domain.desk import case_number, parse_case_number
from domain.rounds import OfficeCalendar
from infra.settings import SettingsError
from services.desk.rules import FILE, load_desk_rules

HOLIDAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("moment", "answered_on"),
    [
        ("2026-11-20T08:29", date(2026, 11, 20)),  # Friday
        ("2026-11-20T08:30", None),
        ("2026-11-20T17:29", None),
        ("2026-11-20T17:30", date(2026, 11, 24)),
        ("2026-11-21T10:00", date(2026, 11, 24)),  # Saturday
        ("2026-11-23T10:00", date(2026, 11, 24)),
        ("2026-11-24T00:00", date(2026, 11, 24)),
    ],
)
def test_the_desk_is_there_in_its_hours_on_working_days(moment: str, answered_on: date | None) -> None:
    calendar = OfficeCalendar({HOLIDAY: False})
    at = datetime.fromisoformat(moment).replace(tzinfo=TAIPEI)
    assert load_desk_rules().hours.next_day(at, calendar) == answered_on


@pytest.mark.parametrize(
    ("typed", "no"),
    [("C000123", 123), ("c123", 123), (" Ｃ０００１２３ ", 123), ("123", 123), ("C0", None), ("X1", None), ("", None)],
)
def test_a_number_is_read_as_people_write_it(typed: str, no: int | None) -> None:
    assert parse_case_number(typed) == no


@pytest.mark.parametrize("no", [1, 999_999, 1_000_000])
def test_a_number_reads_back(no: int) -> None:
    assert parse_case_number(case_number(no)) == no


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("silent = 7", "silent = 0", "days.silent"),
        ("from = 08:30:00", 'from = "morning"', "hours.from"),
        ("[reasons]", "[reasons]\nBad = 1", "reasons"),
        ("from = 08:30:00", "from = 18:00:00", "hours"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(FILE.read_text().replace(old, new, 1))
    with pytest.raises(SettingsError, match=named):
        load_desk_rules(file)
