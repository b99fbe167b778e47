"""The pattern of both pumps, on a table of its own."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest

from bot.pump import REFILL, Lane, LanePump
from tests.bot.running import eventually

MOST = 2 * REFILL
WAITING = 3 * MOST


class Keeping(LanePump):
    """Keeps what it takes in hand until the test lets it go."""

    name = "keeping"
    lock = 77
    table = "waiting_row"
    waiting = "done_at IS NULL"

    def __init__(self, database_url: str) -> None:
        super().__init__(database_url, most_in_hand=MOST)
        self.portions: list[int] = []  # how many lanes each look has brought
        self.kept: list[Lane] = []

    def take(self, connection: "psycopg.Connection[Any]", lanes: Sequence[Lane]) -> Sequence[Lane]:
        self.portions.append(len(lanes))
        self.kept.extend(lanes)
        return []

    def write(self, connection: "psycopg.Connection[Any]") -> None:
        """Nothing to write."""

    def let_go(self, lane: Lane) -> None:
        """Its work is done."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("UPDATE waiting_row SET done_at = now() WHERE lane = %s", (lane[1],))
        self.finish(lane)


@pytest.fixture
def pump(database_url: str) -> Iterator[Keeping]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE waiting_row (seq bigserial PRIMARY KEY, channel text NOT NULL, lane text NOT NULL,"
            " next_attempt_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz)"
        )
        connection.execute(
            "INSERT INTO waiting_row (channel, lane) SELECT 'bot', 'U' || n FROM generate_series(1, %s) n", (WAITING,)
        )
    made = Keeping(database_url)
    thread = threading.Thread(target=lambda: asyncio.run(made.run()), daemon=True)
    thread.start()
    yield made
    for lane in list(made.kept):
        made.finish(lane)
    asyncio.run(made.stop())
    thread.join(15)
    assert not thread.is_alive()


def test_with_work_in_hand_it_looks_again_when_enough_places_are_free(pump: Keeping) -> None:
    eventually(lambda: pump.portions == [MOST])
    enough = MOST // REFILL
    for number, lane in enumerate(pump.kept[:enough], 1):
        pump.let_go(lane)
        if number < enough:
            eventually(lambda number=number: pump.in_hand == MOST - number)
    eventually(lambda: len(pump.kept) == MOST + enough)
    assert pump.portions == [MOST, enough], "each look costs the same: one free place is not worth one"
    assert len(set(pump.kept)) == len(pump.kept)
