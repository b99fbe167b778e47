"""The worker as Procfile starts it, with three more conversations and, when asked, a death between commit and Redis.

python -m tests.soak.worker [--die-in-save] [--retry SECONDS]
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

import bot.inbox
import jobs.worker
import wiring.conversations
from bot.conversation import Ask, Conversation, Done, Find, Goto, NoData, Outcome, entry, step
from bot.dialog import DialogStore
from bot.input import Text
from bot.message import Message
from bot.triggers import Words
from bot.turn import Turn
from infra.database import UnitOfWork

BEGIN, POISON, DEADLY = "開始數數", "毒藥", "致命"
ASKS_EVERY = 7  # texts: one asks something outside before it is answered
ALONE_EVERY = 5  # texts: one wants a transaction of its own, the others are run in batches


def effect(turn: Turn[Any]) -> None:
    """What must happen once per event."""
    turn.uow.driver.execute("INSERT INTO effect (event_id) VALUES (%s)", (turn.event_id,))


def effects(uow: UnitOfWork, event_ids: Sequence[str]) -> None:
    """The same for several events of a batch."""
    uow.driver.execute("INSERT INTO effect (event_id) SELECT unnest(%s::text[])", (list(event_ids),))


def echo(_uow: UnitOfWork, questions: Sequence[str]) -> Sequence[str]:
    """What a batch finds for its events."""
    return questions


class Counting(Conversation["Counting.Data"]):
    """Says how many texts it has heard, so a lost, repeated or reordered one and a lost dialog all show."""

    key = "counting"
    triggers = (Words(BEGIN),)

    class Data(BaseModel):
        heard: int = 0
        last: str = ""

    @entry
    def begin(self, turn: Turn["Counting.Data"]) -> Outcome:
        return self.kept(turn)

    @step(accepts=(Text,))
    def text(self, turn: Turn["Counting.Data"]) -> Message:
        return turn.text("{heard}:{last}", heard=turn.data.heard, last=turn.data.last)

    @text.answer
    def text_given(self, turn: Turn["Counting.Data"]) -> Outcome:
        if (turn.data.heard + 1) % ALONE_EVERY == 0:
            effect(turn)
            return self.count(turn)
        if (turn.data.heard + 1) % ASKS_EVERY:
            return Find(echo, turn.typed, lambda turn, _answer: self.kept(turn))
        return Ask(lambda: asyncio.sleep(0.02), lambda turn, _answer: self.kept(turn))

    def kept(self, turn: Turn["Counting.Data"]) -> Outcome:
        turn.keep(effects, turn.event_id)
        return self.count(turn)

    def count(self, turn: Turn["Counting.Data"]) -> Outcome:
        turn.data.heard += 1
        turn.data.last = turn.typed
        return Goto(self.text)


class Poison(Conversation[NoData]):
    """Fails each time, after it has written."""

    key = "poison"
    triggers = (Words(POISON),)

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        effect(turn)
        raise RuntimeError("poison")


class Deadly(Conversation[NoData]):
    """Takes the whole worker with it."""

    key = "deadly"
    triggers = (Words(DEADLY),)

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        effect(turn)
        die()
        return Done()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    """Run until SIGTERM, SIGKILL or the asked-for death."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--die-in-save", action="store_true")
    parser.add_argument("--retry", type=float)
    given = parser.parse_args()
    discover = wiring.conversations.discover

    def discover_with_ours(package: str, services: Mapping[str, Any]) -> list[Conversation[Any]]:
        return [*discover(package, services), Counting(), Poison(), Deadly()]

    wiring.conversations.discover = discover_with_ours
    if given.die_in_save:
        DialogStore.save_sealed = lambda *_: die()  # type: ignore[method-assign]
    if given.retry is not None:
        bot.inbox.RETRY_SECONDS = (given.retry,) * len(bot.inbox.RETRY_SECONDS)
    return jobs.worker.main()


if __name__ == "__main__":
    sys.exit(main())
