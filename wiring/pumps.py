"""What the worker runs beside its jobs: the pumps and what wakes them."""

from typing import Protocol

from bot.dialog import DialogStore
from bot.engine import Engine
from bot.inbox import InboxPump
from bot.outbox import RATES, OutboxPump
from infra.hints import INBOX, OUTBOX, Listener
from infra.locales import reader
from infra.pace import Pace
from infra.redis import make_async_redis
from services.last_look import Eligibility
from wiring.conversations import Conversations

INBOX_THREADS = 4  # more only queue for the interpreter lock; waiting for the outside holds no thread


class Component(Protocol):
    """What the worker runs beside its jobs."""

    async def run(self) -> None:
        """Work until stopped."""
        ...

    async def stop(self) -> None:
        """Take nothing new; run() returns when what is in hand has ended."""
        ...


def worker_components(house: Conversations) -> list[Component]:
    """The pumps and what wakes them."""
    pace = Pace(house.redis, RATES)
    last_look = Eligibility(house.clock)
    outbox = OutboxPump(house.urls.database, messenger=house.messenger, pace=pace, last_look=last_look)
    engine = Engine(house.registry, house.citizens, house.clock, reader, house.messenger.line_language)
    inbox = InboxPump(
        house.urls.database,
        units=house.unit,
        engine=engine,
        dialogs=DialogStore(house.redis, house.cipher),
        presence=house.messenger,
        threads=INBOX_THREADS,
        answered=outbox.wake,
    )
    listener = Listener(make_async_redis(house.urls.redis), {INBOX: inbox.wake, OUTBOX: outbox.wake})
    return [inbox, outbox, listener]
