"""At most one call per interval and host, over all processes, through Redis; citizens before background work.

The cities allow one call per second and source address (MOTC PayBill V1.03). A caller books the next free moment and
waits for it, so nobody polls and the order is that of arrival. A host of which nothing is known (first call ever, a
Redis that was emptied) counts as just called: waiting once is cheaper than a second call within the second.

Without Redis, the processes of one machine book through a locked file instead, which keeps the limit for that machine,
and a machine is what the cities count. Several machines behind one address need Redis.
"""

import asyncio
import fcntl
import hashlib
import tempfile
import time
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

INTERVAL_SECONDS = 1.1  # a little over the cities' second, for the jitter of waking up and of the network
LATE_SECONDS = 0.05  # who wakes later than this has missed the turn, and books another
FARTHEST_SECONDS = 60.0  # a booking farther ahead than this is a clock that jumped; it is dropped

# KEYS: next free moment. ARGV: interval, patience, farthest (ms), background (0/1).
# Returns the wait in ms when booked, else minus the wait. Background books only a moment that is free now.
_BOOK = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local free = tonumber(redis.call('GET', KEYS[1]))
if not free or free - now > tonumber(ARGV[3]) then
  free = now + ARGV[1]
  redis.call('SET', KEYS[1], string.format('%d', free))
end
local wait = math.max(free - now, 0)
if wait > tonumber(ARGV[2]) or (ARGV[4] == '1' and wait > 0) then return -wait end
redis.call('SET', KEYS[1], string.format('%d', now + wait + ARGV[1]))
return wait
"""


class TurnTooFarError(Exception):
    """The host's next free moment is later than the caller is willing to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__("turn too far")
        self.seconds = seconds


class Throttle:
    """One per process; belongs to the event loop of its Redis client."""

    def __init__(self, redis: "Redis", *, interval: float = INTERVAL_SECONDS, folder: Path | None = None) -> None:
        """`folder` holds the files used while Redis cannot be reached; the same for all processes of a machine."""
        self._script = redis.register_script(_BOOK)
        self._interval = interval
        self._folder = folder or Path(tempfile.gettempdir())

    async def turn(self, host: str, *, patience: float, background: bool = False) -> None:
        """Return when it is the caller's turn at this host. Raises TurnTooFarError, at once for a citizen.

        `background` takes a moment only when no citizen has booked it or waits for it, trying for `patience` seconds.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        while True:
            now = loop.time()
            left = max(deadline - now, 0.0)
            wait = await self._book(host, left, background)
            if wait < 0 and (not background or -wait > left):
                raise TurnTooFarError(-wait)
            await asyncio.sleep(abs(wait))
            if wait >= 0 and loop.time() - now - wait <= LATE_SECONDS:
                return

    async def _book(self, host: str, patience: float, background: bool) -> float:
        """Seconds to wait once booked; minus the wait when not booked."""
        arguments = [int(1000 * seconds) for seconds in (self._interval, patience, FARTHEST_SECONDS)]
        try:
            return int(await self._script(keys=[f"throttle:{host}"], args=[*arguments, int(background)])) / 1000
        except RedisError:
            return self._book_in_file(host, patience, background)

    def _book_in_file(self, host: str, patience: float, background: bool) -> float:
        name = hashlib.sha256(host.encode()).hexdigest()[:16]
        with (self._folder / f"parkline-throttle-{name}").open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # freed when the file is closed
            file.seek(0)
            now = time.monotonic()  # since the machine's start: the same for all its processes
            text = file.read()
            free = float(text) if text else now + self._interval
            if free - now > FARTHEST_SECONDS:
                free = now + self._interval
            wait = max(free - now, 0.0)
            booked = wait <= patience and not (background and wait > 0)
            file.truncate(0)
            file.write(str(now + wait + self._interval if booked else free))
        return wait if booked else -wait
