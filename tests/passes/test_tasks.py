"""What happens to a round by itself, and what only a person presses."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from procrastinate import JobContext

from domain.draw import beacon
from domain.rounds import RoundTimes
from jobs.tasks import draws
from tests.passes.world import DRAW_AT, STAFF, World

pytestmark = pytest.mark.slow  # a whole draw each


@pytest.fixture
def context(world: World) -> JobContext:
    given: dict[str, Any] = {
        "units": world.units, "rounds": world.rounds, "freezing": world.freezing, "desk": world.desk,
    }  # fmt: skip
    return cast(JobContext, SimpleNamespace(additional_context=given))


def closed(world: World, *, draw_in: timedelta) -> str:
    """A real round that closed half an hour ago."""
    now = datetime.now(UTC).replace(microsecond=0)
    closes = now - timedelta(minutes=30)
    times = RoundTimes(closes - timedelta(days=5), closes, now + draw_in, now + timedelta(days=9))
    draw_id = world.round(rehearsal=False, times=times)
    for i in (1, 2, 3):
        world.apply(draw_id, i, at=closes - timedelta(hours=1))
    return draw_id


def test_what_has_closed_is_frozen_and_announced(world: World, context: JobContext) -> None:
    draw_id = closed(world, draw_in=timedelta(minutes=30))
    draws.step(context, 0)
    draws.step(context, 0)
    assert world.phase(draw_id) == "announced"
    assert len(world.audited("round.announced")) == 1
    assert world.refusals() == []


def open_now(world: World) -> str:
    """A real round that opened yesterday and closes tomorrow."""
    now = datetime.now(UTC).replace(microsecond=0)
    day = timedelta(days=1)
    return world.round(rehearsal=False, times=RoundTimes(now - day, now + day, now + 2 * day, now + 3 * day))


def test_a_round_that_is_open_stays_open(world: World, context: JobContext) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    times = RoundTimes(
        now - timedelta(days=1), now + timedelta(days=1), now + timedelta(days=2), now + timedelta(days=3)
    )
    draw_id = world.round(rehearsal=False, times=times)
    draws.step(context, 0)
    assert world.phase(draw_id) == "open"
    assert world.refusals() == []


def test_an_announcement_that_comes_too_late_names_another_day(world: World, context: JobContext) -> None:
    draw_id = closed(world, draw_in=timedelta(minutes=5))
    draws.step(context, 0)
    assert world.phase(draw_id) == "announced"
    at = world.sql("SELECT draw_at FROM pass_round")[0]["draw_at"]
    assert at > datetime.now(UTC) + timedelta(hours=20)
    assert beacon.round_at(at) > 0


def test_nobody_but_a_person_draws(world: World, context: JobContext, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_id = closed(world, draw_in=timedelta(minutes=30))
    draws.step(context, 0)
    draws.promote(context, 0)
    assert world.phase(draw_id) == "announced"


def test_an_attempt_of_the_job_is_noted_once(world: World, context: JobContext) -> None:
    closed(world, draw_in=timedelta(minutes=30))
    world.sql("UPDATE pass_entry SET plate = 'ZZZ-0001' WHERE log_index = 0")
    draws.step(context, 0)
    draws.step(context, 0)
    assert [action for action, _ in world.refusals()] == ["freeze"]


def test_overdue_places_are_offered_on(world: World, context: JobContext, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_id = world.real_draw(4, monkeypatch)
    draws.promote(context, 0)
    assert world.sql("SELECT count(*) AS n FROM promotion")[0]["n"] == 0, "not before it is published"
    world.desk.publish(draw_id, actor=STAFF)
    draws.promote(context, 0)
    assert world.sql("SELECT count(*) AS n FROM promotion")[0]["n"] == 0, "its month has begun: by hand now"
    monkeypatch.setattr(draws, "city_date", lambda _: DRAW_AT.date())
    draws.promote(context, 0)
    assert world.sql("SELECT count(*) AS n FROM promotion")[0]["n"] == 2


def test_every_night_has_its_root(world: World, context: JobContext) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    times = RoundTimes(
        now - timedelta(days=1), now + timedelta(days=1), now + timedelta(days=2), now + timedelta(days=3)
    )
    draw_id = world.round(rehearsal=False, times=times)
    world.apply(draw_id, 1, at=now)
    draws.roots(context, 0)
    draws.roots(context, 0)
    rows = world.sql("SELECT count FROM draw_log_root")
    assert [row["count"] for row in rows] == [1]
