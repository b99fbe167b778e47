"""Conversations for the pumps: one that echoes, one that waits, one that fails."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import psycopg

from bot.conversation import Ask, Conversation, Done, Outcome, entry
from bot.triggers import Shape, Words
from bot.turn import Turn
from tests.bot.running import Running

Start = Callable[..., Running]


class Echo(Conversation[Any]):
    """Says what was said; the table `effect` counts what each event did."""

    key = "echo"
    triggers = (Shape("echo", lambda text: text.startswith("e"), 1),)

    @entry
    def begin(self, turn: Turn[Any]) -> Outcome:
        turn.uow.driver.execute("INSERT INTO effect (event_id) VALUES (%s)", (turn.event_id,))
        return Done(turn.text(turn.typed))


class Slow(Conversation[Any]):
    """Asks something that takes as long as the test wants."""

    key = "slow"
    triggers = (Words("slow"),)

    def __init__(self) -> None:
        self.release = threading.Event()

    @entry
    def begin(self, turn: Turn[Any]) -> Outcome:
        async def question() -> str:
            while not self.release.is_set():
                await asyncio.sleep(0.005)
            return "done"

        return Ask(question, lambda turn, answer: Done(turn.text(answer)))


class Poison(Conversation[Any]):
    """Fails as often as it is asked to."""

    key = "poison"
    triggers = (Words("poison"),)

    def __init__(self, failures: int) -> None:
        self.left = failures
        self.runs = 0

    @entry
    def begin(self, turn: Turn[Any]) -> Outcome:
        self.runs += 1
        if self.left:
            self.left -= 1
            raise RuntimeError("poison")
        return Done(turn.text("cured"))


def rows(database_url: str, query: str) -> list[Any]:
    """What a query finds."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(query.encode()).fetchall()
