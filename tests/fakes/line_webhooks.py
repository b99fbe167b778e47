"""LINE's other half: signed webhooks to /callback, copies, and redelivery while the bot does not answer 2xx."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from web.console.lineapi.events import SIGNATURE_HEADER, Event, Events, redelivered, sign

TIMEOUT_SECONDS = 2.0  # then LINE logs `request_timeout` (guide "Check webhook error statistics")
REDELIVERY_INTERVAL_SECONDS = 0.2  # LINE's own intervals are undisclosed


@dataclass(frozen=True, slots=True)
class Sent:
    """One webhook call: the status (None: no answer in time) and how long it took."""

    status: int | None
    seconds: float
    attempt: int


class Webhooks:
    """Posts events to one address. Use from the event loop; `FakeLine.send` is the way in from tests."""

    def __init__(self, url: str, channel_secret: str, events: Events, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url = url
        self._secret = channel_secret
        self._events = events
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    @asynccontextmanager
    async def session(self, connections: int = 100) -> AsyncIterator[aiohttp.ClientSession]:
        """Kept connections for a series of calls."""
        connector = aiohttp.TCPConnector(limit=connections)
        async with aiohttp.ClientSession(connector=connector, timeout=self._timeout) as session:
            yield session

    async def post(self, session: aiohttp.ClientSession, body: bytes, signature: str | None, attempt: int = 1) -> Sent:
        """Post raw bytes; the signature is None for a call without one."""
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "LineBotWebhook/2.0"}
        if signature is not None:
            headers[SIGNATURE_HEADER] = signature
        started = time.perf_counter()
        try:
            async with session.post(self.url, data=body, headers=headers) as response:
                await response.read()
                status: int | None = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = None
        return Sent(status, time.perf_counter() - started, attempt)

    async def deliver(
        self, session: aiohttp.ClientSession, events: Sequence[Event], *, redeliver_seconds: float = 0.0
    ) -> list[Sent]:
        """One call with these events, repeated with isRedelivery while it fails, for at most `redeliver_seconds`."""
        calls: list[Sent] = []
        until = time.monotonic() + redeliver_seconds
        while True:
            self._events.carry(events)
            body = self._events.body(events)
            calls.append(await self.post(session, body, sign(body, self._secret), len(calls) + 1))
            status = calls[-1].status
            if (status is not None and 200 <= status < 300) or time.monotonic() >= until:
                return calls
            events = [redelivered(event) for event in events]
            await asyncio.sleep(REDELIVERY_INTERVAL_SECONDS)

    async def deliver_all(
        self,
        batches: Sequence[Sequence[Event]],
        *,
        concurrency: int = 16,
        per_second: float | None = None,
        redeliver_seconds: float = 0.0,
    ) -> list[list[Sent]]:
        """Many calls, at most `concurrency` at once, started no faster than `per_second`; results in their order."""
        gate = asyncio.Semaphore(concurrency)
        started = time.monotonic()

        async with self.session(concurrency) as session:

            async def one(number: int, events: Sequence[Event]) -> list[Sent]:
                if per_second:
                    await asyncio.sleep(max(0.0, started + number / per_second - time.monotonic()))
                async with gate:
                    return await self.deliver(session, events, redeliver_seconds=redeliver_seconds)

            return list(await asyncio.gather(*(one(number, events) for number, events in enumerate(batches))))
