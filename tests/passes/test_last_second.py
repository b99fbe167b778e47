"""Everybody applies in the last second before closing: none lost, none late, none double."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.draw.listing import parse_list
from domain.errors import CitizenMistakeError
from services.draws import files
from services.draws.freezing import NotYetError
from tests.passes.world import DRAW_AT, STAFF, TIMES, World

pytestmark = pytest.mark.slow  # a whole draw each

LAST = TIMES.closes_at - timedelta(milliseconds=1)
THREADS = 6  # of the 8 connections; the lookup key takes one more when it is made


def rush(world: World, people: int) -> None:
    """Each presses twice, every tenth a moment too late; from several threads."""
    draw_id = world.round()

    def press(i: int) -> str:
        try:
            return world.apply(draw_id, i, at=TIMES.closes_at if i % 10 == 0 else LAST)[1].commit
        except CitizenMistakeError as mistake:
            return mistake.text

    with ThreadPoolExecutor(THREADS) as threads:
        said = list(threads.map(press, [*range(1, people + 1), *range(1, people + 1)]))
    commits = {one for one in said if len(one) == 64}
    late = people // 10
    assert len(commits) == people - late
    assert sum("已截止" in one for one in said) == 2 * late
    assert sum("一車一期" in one for one in said) == people - late
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    assert world.desk.freeze(draw_id, actor=STAFF) == people - late
    with world.units() as uow:
        assert {row.commit for row in parse_list(files.require(uow, draw_id, files.LIST)).rows} == commits


def test_the_last_second(world: World) -> None:
    rush(world, 60)


@pytest.mark.soak
def test_two_thousand_in_the_last_second(world: World) -> None:
    rush(world, 2000)


def test_freezing_waits_for_every_message_stored_before_closing(world: World) -> None:
    draw_id = world.round()
    world.apply(draw_id, 1)
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    store = (
        "INSERT INTO inbound_event (event_id, channel, lane, happened_at, payload, received_at) "
        "VALUES (:id, 'c', 'l', 0, '', :at)"
    )
    before, after = world.asked(draw_id, LAST), world.asked(draw_id, TIMES.closes_at)
    world.sql(store, id="after", at=after)
    world.sql(store, id="before", at=before)
    with pytest.raises(NotYetError, match="截止前收到的 1 則訊息"):
        world.desk.freeze(draw_id, actor=STAFF)
    world.apply(draw_id, 2, at=LAST)  # its message is answered at last
    world.sql("UPDATE inbound_event SET done_at = now() WHERE event_id = 'before'")
    assert world.desk.freeze(draw_id, actor=STAFF) == 2


def test_freezing_waits_until_what_was_being_stored_is_stored(world: World) -> None:
    draw_id = world.round()
    world.set_clock(draw_id, TIMES.closes_at + timedelta(seconds=1))
    with pytest.raises(NotYetError, match="剛剛才截止"):
        world.desk.freeze(draw_id, actor=STAFF)
    world.set_clock(draw_id, TIMES.closes_at + world.rules.freeze_grace)
    assert world.desk.freeze(draw_id, actor=STAFF) == 0
