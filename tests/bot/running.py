"""Both pumps running in a thread of the test, against a real PostgreSQL and Redis and the strict fake of LINE."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

import redis

from bot.conversation import Conversation
from bot.dialog import DialogStore
from bot.engine import Engine
from bot.inbox import InboxPump
from bot.inbox_store import InboxStore
from bot.messenger import Messenger
from bot.outbox import RATES, OutboxPump
from bot.registry import Registry
from domain.reader import Reader
from infra.clock import SystemClock
from infra.crypto import FieldCipher
from infra.database import UnitOfWorkFactory
from infra.pace import Pace
from services.last_look import Eligibility
from tests.bot.talk import Fallback, Order, Other, People
from tests.clock import MovableClock
from tests.fakes.line import ACCESS_TOKEN, FakeLine

BOT = "U" + "0" * 32
DEADLINE_SECONDS = 15.0


class Running:
    """A worker of the kit alone. Events are put straight into the inbox; answers are read in the fake's books."""

    def __init__(
        self,
        database_url: str,
        units: UnitOfWorkFactory,
        redis_url: str,
        line: FakeLine,
        conversations: Sequence[Conversation[Any]] = (),
        threads: int = 4,
    ) -> None:
        self.line = line
        self.store = InboxStore(database_url, connections=2)
        self.people = People()
        messenger = Messenger(line.url, ACCESS_TOKEN)
        self.dialogs = DialogStore(redis.Redis.from_url(redis_url, socket_timeout=0.5), FieldCipher([bytes(32)]))
        engine = Engine(
            Registry([*(conversations or (Order(), Other())), Fallback()]),
            self.people,
            SystemClock(),
            lambda language, display: Reader(language, display),
            messenger.line_language,
        )
        self._messenger = messenger
        pace = Pace(redis.Redis.from_url(redis_url, socket_timeout=0.5), RATES)
        self.outbox = OutboxPump(database_url, messenger=messenger, pace=pace, last_look=Eligibility(MovableClock()))
        self.inbox = InboxPump(
            database_url,
            units=units,
            engine=engine,
            dialogs=self.dialogs,
            presence=messenger,
            threads=threads,
            answered=self.outbox.wake,
        )
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._stop = threading.Event()

    async def _run(self) -> None:
        pumps = [asyncio.create_task(self.inbox.run()), asyncio.create_task(self.outbox.run())]
        await asyncio.to_thread(self._stop.wait)
        await self.inbox.stop()
        await pumps[0]
        await self.outbox.stop()
        await pumps[1]
        await self._messenger.close()

    def __enter__(self) -> Self:
        self.store.open()
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join(DEADLINE_SECONDS)
        self.store.close()

    def receive(self, *events: dict[str, Any]) -> None:
        """Events arrive, as /callback stores them."""
        self.line.events.carry(events)
        self.store.store({"destination": BOT, "events": list(events)})
        self.inbox.wake()

    def texts(self, citizen: str) -> list[str]:
        """All that a citizen was told, in the order of delivery."""
        return [message.get("text", "") for message in self.line.messages(citizen)]


def eventually(condition: Callable[[], object], seconds: float = DEADLINE_SECONDS) -> None:
    """Wait until it holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        pause.wait(0.01)
