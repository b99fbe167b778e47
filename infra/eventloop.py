"""One event loop in a thread, for callers that have none: the web process asks cities from its request threads."""

import asyncio
import threading
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

ANSWER_SECONDS = 15.0  # longer than any outside call may take


class LoopThread:
    """Started at first use, so after fork; its thread ends with the process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def use(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run on this loop instead of one of our own: the worker's, where the cities' sessions live."""
        self._loop = loop

    def run(self, awaitable: Awaitable[T]) -> T:
        """Finish an awaitable from a thread that may wait. Raises what it raises, or TimeoutError."""

        async def finish() -> T:
            return await awaitable

        return asyncio.run_coroutine_threadsafe(finish(), self._running()).result(ANSWER_SECONDS)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._guard:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="asks", daemon=True).start()
            return self._loop
