"""How fast calls may leave, over all processes: a level stream per bucket, booked through Redis in one round trip.

A bucket that allows n calls a second is handed out as moments 1/n seconds apart (GCRA without a burst), so no second
ever holds more than n. Without Redis each process keeps its own count at a share of the rate; what several of them
send too much then, LINE answers with 429 and the rows come again.
"""

import threading
import time
from collections.abc import Mapping

import redis
import structlog

FARTHEST_SECONDS = 60.0  # a booking farther ahead than this is a clock that jumped; it is dropped
ALONE_SHARE = 0.5  # of the rate, while Redis cannot be asked
ASK_AGAIN_SECONDS = 1.0  # a Redis that is away is not waited for in every round

log = structlog.get_logger(__name__)

# KEYS: buckets. ARGV: farthest (µs), then count and interval (µs) of each. Returns the waits (µs) of the first of each.
_BOOK = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local waits = {}
for i, key in ipairs(KEYS) do
  local free = tonumber(redis.call('GET', key))
  if not free or free < now or free - now > tonumber(ARGV[1]) then free = now end
  local taken = free + tonumber(ARGV[2 * i]) * tonumber(ARGV[2 * i + 1])
  redis.call('SET', key, string.format('%.0f', taken), 'PX', math.ceil((taken - now) / 1000) + 1000)
  waits[i] = free - now
end
return waits
"""
# KEYS: bucket. ARGV: µs from now before which nothing leaves.
_HOLD = """
local t = redis.call('TIME')
local till = t[1] * 1000000 + t[2] + tonumber(ARGV[1])
local free = tonumber(redis.call('GET', KEYS[1]))
if not free or free < till then
  redis.call('SET', KEYS[1], string.format('%.0f', till), 'PX', math.ceil(tonumber(ARGV[1]) / 1000) + 1000)
end
"""


class Pace:
    """Safe from any thread, never raises. `rates`: calls a second by the name of their bucket."""

    def __init__(self, client: redis.Redis, rates: Mapping[str, float]) -> None:
        self._book = client.register_script(_BOOK)
        self._hold = client.register_script(_HOLD)
        self._rates = dict(rates)
        self._guard = threading.Lock()
        self._alone: dict[str, float] = {}  # by bucket: when it is free, by this process's own count
        self._ask_after = 0.0

    def interval(self, bucket: str) -> float:
        """Seconds between two calls of one booking."""
        return 1 / self._rates[bucket]

    def book(self, wanted: Mapping[str, int]) -> Mapping[str, float]:
        """Book so many calls of each: seconds from now until the first may leave, each next one interval later."""
        names = [name for name, count in wanted.items() if count]
        if not names:
            return {}
        if time.monotonic() >= self._ask_after:
            arguments: list[int] = [int(FARTHEST_SECONDS * 1e6)]
            for name in names:
                arguments += [wanted[name], round(1e6 / self._rates[name])]
            try:
                waits = self._book(keys=[f"pace:{name}" for name in names], args=arguments)
                return {name: int(wait) / 1e6 for name, wait in zip(names, waits, strict=True)}
            except redis.RedisError as error:
                self._lost(error)
        return {name: self._book_alone(name, wanted[name]) for name in names}

    def hold(self, bucket: str, seconds: float) -> None:
        """Let nothing more be booked for so long: the other side has said that it is too much."""
        with self._guard:
            self._alone[bucket] = max(self._alone.get(bucket, 0.0), time.monotonic() + seconds)
        try:
            self._hold(keys=[f"pace:{bucket}"], args=[int(seconds * 1e6)])
        except redis.RedisError as error:
            self._lost(error)

    def _lost(self, error: redis.RedisError) -> None:
        self._ask_after = time.monotonic() + ASK_AGAIN_SECONDS
        log.warning("pace_without_redis", error=type(error).__name__)

    def _book_alone(self, name: str, count: int) -> float:
        now = time.monotonic()
        with self._guard:
            free = max(self._alone.get(name, 0.0), now)
            self._alone[name] = free + count / (self._rates[name] * ALONE_SHARE)
        return free - now
