"""A circuit breaker per host, shared by all processes through Redis.

After a row of failures the host is left alone for a while; then one caller tries (half-open), and its result decides.
Without Redis the breaker is closed: asking is still held to the throttle's pace.
"""

from collections.abc import Collection, Mapping

import redis as blocking
from redis.asyncio import Redis
from redis.exceptions import RedisError

FAILURES = 5  # in a row
OPEN_SECONDS = 30.0
PROBE_SECONDS = 5.0  # the one that tries has this long; then another may
FORGET_SECONDS = 600.0  # failures farther apart than this are no row

# Returns the milliseconds until the host may be asked; 0: now.
_WAIT = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local till = tonumber(redis.call('HGET', KEYS[1], 'until'))
if not till then return 0 end
if till > now then return till - now end
redis.call('HSET', KEYS[1], 'until', string.format('%d', now + ARGV[1]))
return 0
"""
# ARGV: failures that open, open ms, forget ms, open at once (0/1).
_FAILED = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
if failures >= tonumber(ARGV[1]) or ARGV[4] == '1' then
  redis.call('HSET', KEYS[1], 'until', string.format('%d', now + ARGV[2]))
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return failures
"""


class Breaker:
    """One per process; belongs to the event loop of its Redis client."""

    def __init__(
        self,
        redis: "Redis",
        *,
        failures: int = FAILURES,
        open_seconds: float = OPEN_SECONDS,
        probe_seconds: float = PROBE_SECONDS,
    ) -> None:
        self._redis = redis
        self._wait = redis.register_script(_WAIT)
        self._failed = redis.register_script(_FAILED)
        self._failures = failures
        self._open_seconds = open_seconds
        self._probe_ms = int(probe_seconds * 1000)

    async def wait(self, host: str) -> float:
        """Seconds until this host may be asked; 0: now. In the half-open state only one caller hears 0."""
        try:
            return int(await self._wait(keys=[_key(host)], args=[self._probe_ms])) / 1000
        except RedisError:
            return 0.0

    async def answered(self, host: str) -> None:
        """The host gave an answer: the row of failures ends."""
        try:
            await self._redis.delete(_key(host))
        except RedisError:
            return  # nothing was known of the host either

    async def failed(self, host: str, *, leave_alone: float | None = None) -> None:
        """The host did not answer. `leave_alone`: it told how many seconds it wants to be left alone (429)."""
        open_ms = int((self._open_seconds if leave_alone is None else leave_alone) * 1000)
        forget_ms = max(int(FORGET_SECONDS * 1000), open_ms)
        try:
            await self._failed(
                keys=[_key(host)], args=[self._failures, open_ms, forget_ms, int(leave_alone is not None)]
            )
        except RedisError:
            return  # the next caller finds out by itself


def left_alone(redis: blocking.Redis, hosts: Collection[str]) -> Mapping[str, float] | None:
    """Seconds for which each of these hosts is left alone, if it is; None where Redis does not answer."""
    ordered = sorted(hosts)
    try:
        with redis.pipeline(transaction=False) as asked:
            asked.time()
            for host in ordered:
                asked.hget(_key(host), "until")
            (seconds, micros), *until = asked.execute()
    except RedisError:
        return None
    now = seconds + micros / 1e6
    waits = {host: int(end) / 1000 - now for host, end in zip(ordered, until, strict=True) if end}
    return {host: wait for host, wait in waits.items() if wait > 0}


def _key(host: str) -> str:
    return f"breaker:{host}"
