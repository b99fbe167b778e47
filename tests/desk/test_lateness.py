"""Cases that wait for an answer too long: counted from the first word that nobody answered, in working days."""

from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from domain.clock import TAIPEI
from domain.rounds import OfficeCalendar
from infra import metrics
from services.desk.lateness import Lateness
from services.desk.rules import load_desk_rules
from services.today import CASES_LATE
from tests.desk.conftest import OTHER, Desk

LONG_AGO = "UPDATE thread SET waiting_since = now() - interval '30 days' WHERE waiting_since IS NOT NULL"


def late(desk: Desk) -> int:
    return len(desk.do("thread_lateness", "late"))


def answer(desk: Desk, thread: UUID) -> None:
    desk.do("thread_answers", "answer", thread, uuid4(), "您好", staff="staff:lin")


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ("2026-11-19T09:00", "2026-11-20T17:30"),  # Thursday
        ("2026-11-20T23:59", "2026-11-24T17:30"),  # Friday, and Monday is a holiday
        ("2026-11-22T10:00", "2026-11-24T17:30"),  # Sunday
    ],
)
def test_an_answer_is_due_by_the_end_of_the_next_working_day(since: str, due: str) -> None:
    calendar = OfficeCalendar({date(2026, 11, 23): False})
    moment = datetime.fromisoformat(since).replace(tzinfo=TAIPEI)
    assert load_desk_rules().due(moment, calendar).isoformat() == f"{due}:00+08:00"


def test_who_writes_again_does_not_wait_anew(desk: Desk) -> None:
    desk.write()
    assert late(desk) == 0
    desk.sql(LONG_AGO)
    desk.write("還在嗎")
    assert late(desk) == 1


def test_an_answer_ends_the_waiting_and_the_next_word_begins_it(desk: Desk) -> None:
    case = desk.write()
    desk.sql(LONG_AGO)
    answer(desk, case.id)
    assert late(desk) == 0
    desk.write("謝謝，還有一件事")
    assert late(desk) == 0
    desk.sql(LONG_AGO)
    assert late(desk) == 1
    desk.do("thread_answers", "close", case.id, "double", staff="staff:lin")
    assert late(desk) == 0
    desk.do("thread_answers", "open_again", case.id, "款項查無", staff="staff:lin")
    assert late(desk) == 0
    desk.sql(LONG_AGO)
    assert late(desk) == 1, "opened again, it waits for staff"


def test_the_alarm_is_a_figure_and_one_line(desk: Desk) -> None:
    lateness: Lateness = desk.given["thread_lateness"]
    with capture_logs() as logs:
        lateness.measure(desk.units)
    assert not logs
    desk.write()
    desk.write(citizen=OTHER)
    desk.sql(LONG_AGO)
    with capture_logs() as logs:
        lateness.measure(desk.units)
    (line,) = logs
    assert (line["event"], line["log_level"], line["cases"]) == ("cases_unanswered", "error", 2)
    assert line["overdue_hours"] > 24 * 20
    assert [one.value for one in metrics.samples(CASES_LATE)] == [2.0]
    metrics.CASES_LATE.set(0)  # of the whole process
