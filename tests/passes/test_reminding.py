"""Reminders of passes: before the deadline, once, never of what is paid or being paid, nor at night; before the end."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from services.passes.board import PassBoard
from services.passes.reminding import PassReminders
from tests.clock import MovableClock
from tests.passes.paying import KEYS, PayWorld
from tests.passes.world import STAFF

NOON = datetime(2026, 12, 22, 4, tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


@pytest.fixture
def won(payers: PayWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real round that is drawn and published, its two places to be paid within a day."""
    draw_id = payers.real_draw(3, monkeypatch)
    payers.desk.publish(draw_id, actor=STAFF)
    payers.sql("UPDATE pass_seat SET pay_by = now() + interval '1 day'")
    payers.posted.by_key.clear()
    yield draw_id


@pytest.fixture
def reminders(payers: PayWorld, clock: MovableClock) -> PassReminders:
    board = PassBoard(payers.rules, payers.lots, payers.entries, "http://localhost:8000", KEYS, clock)
    return PassReminders(payers.rules, board, payers.telling, payers.posted, clock)


def test_who_has_not_paid_is_reminded_with_the_way_to_pay(payers: PayWorld, won: str, reminders: PassReminders) -> None:
    payers.paid(payers.holder(won, 1))
    assert reminders.pay_soon(payers.units) == 1
    (told,) = payers.posted.told("pass_pay_soon")
    assert told["standing"].entry_id == payers.holder(won, 2)
    assert told["pay_url"]
    reminders.pay_soon(payers.units)
    assert len(payers.posted.told("pass_pay_soon")) == 1, "once for one deadline"


def test_nobody_is_reminded_at_night_or_long_before(
    payers: PayWorld, won: str, reminders: PassReminders, clock: MovableClock
) -> None:
    clock.set(NOON + timedelta(hours=10))
    assert reminders.pay_soon(payers.units) == 0
    clock.set(NOON)
    payers.sql("UPDATE pass_seat SET pay_by = now() + interval '2 days'")
    assert reminders.pay_soon(payers.units) == 0
    assert payers.phase(won) == "published"


def test_who_is_paying_this_moment_is_left_alone(payers: PayWorld, won: str, reminders: PassReminders) -> None:
    payers.begun(payers.holder(won, 1))
    assert reminders.pay_soon(payers.units) == 1
    assert [told["standing"].entry_id for told in payers.posted.told("pass_pay_soon")] == [payers.holder(won, 2)]


def test_the_end_of_a_paid_pass_is_told_days_before(
    payers: PayWorld, won: str, reminders: PassReminders, clock: MovableClock
) -> None:
    payers.paid(payers.holder(won, 1))
    payers.posted.by_key.clear()
    for day, told in ((date(2023, 9, 25), 0), (date(2023, 9, 26), 1), (date(2023, 9, 30), 1), (date(2023, 10, 1), 0)):
        clock.set(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
        assert reminders.ending(payers.units) == told, day
    (ends,) = payers.posted.told("pass_ends")
    assert ends["standing"].entry_id == payers.holder(won, 1)


def test_a_rehearsal_reminds_nobody(payers: PayWorld, reminders: PassReminders) -> None:
    payers.drawn(3)
    payers.sql("UPDATE pass_seat SET pay_by = now() + interval '1 hour'")
    assert reminders.pay_soon(payers.units) == 0


def test_one_citizens_trouble_is_not_everybodys(
    payers: PayWorld, won: str, reminders: PassReminders, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = payers.holder(won, 1)
    tell_one = payers.telling.tell_one

    def fails_for_the_first(uow, draw_id, what, entry_id, **more):  # type: ignore[no-untyped-def]
        if entry_id == first:
            raise LookupError
        tell_one(uow, draw_id, what, entry_id, **more)

    monkeypatch.setattr(payers.telling, "tell_one", fails_for_the_first)
    assert reminders.pay_soon(payers.units) == 1
