"""Wake-up hints between processes through Redis: they save waiting; losing one loses nothing but a poll's time."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping

import redis
import redis.asyncio
import structlog

QUIET_SECONDS = 0.02  # a woken pump looks again after 25 ms, so hints closer than this add nothing
RECONNECT_SECONDS = 1.0
INBOX = "hint:inbox"
OUTBOX = "hint:outbox"

log = structlog.get_logger(__name__)


class Hint:
    """Tells other processes that a table has new rows. Safe from any thread, never raises."""

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._redis = client
        self._name = name
        self._guard = threading.Lock()
        self._last = 0.0

    def __call__(self) -> None:
        now = time.monotonic()
        with self._guard:
            if now - self._last < QUIET_SECONDS:
                return
            self._last = now
        try:
            self._redis.publish(self._name, b"")
        except redis.RedisError as error:
            log.debug("hint_not_sent", error=type(error).__name__)


class Listener:
    """Calls a pump's wake() for each hint, until stopped. Without Redis the pumps poll."""

    def __init__(self, client: redis.asyncio.Redis, wakes: Mapping[str, Callable[[], None]]) -> None:
        self._redis = client
        self._wakes = {name.encode(): wake for name, wake in wakes.items()}
        self._task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Listen; a lost Redis is waited for."""
        self._task = asyncio.ensure_future(self._listen())
        try:
            await self._task
        except asyncio.CancelledError:
            if not self._task.cancelled():
                raise
        finally:
            await self._redis.aclose()

    async def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(*self._wakes)
                    while True:
                        message = await channel.get_message(timeout=30)
                        if message:
                            self._wakes[message["channel"]]()
            except redis.RedisError as error:
                log.warning("hints_lost_redis", error=type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)
