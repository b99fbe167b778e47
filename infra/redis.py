"""Redis clients: short time-outs, bytes in and out. Redis holds hints, limits and short caches, never the truth."""

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

RETRIES = 1  # on a fresh connection, since a restarted Redis breaks every kept one
OPTIONS = {
    "timeout": 0.5,  # seconds to wait for a free connection
    "socket_connect_timeout": 0.2,  # same machine or same network: slower than this is down
    "socket_timeout": 0.5,
    "health_check_interval": 30,
}


def make_redis(url: str, *, connections: int = 16) -> redis.Redis:
    """A client with a pool of its own. Make it after fork. Values are bytes.

    Every command may raise redis.RedisError within about a second; callers go on without Redis.
    """
    retry = Retry(NoBackoff(), RETRIES)
    pool = redis.BlockingConnectionPool.from_url(url, max_connections=connections, retry=retry, **OPTIONS)
    return redis.Redis.from_pool(pool)


def make_async_redis(url: str, *, connections: int = 16) -> redis.asyncio.Redis:
    """The same for an event loop; close it with `await client.aclose()`."""
    retry = AsyncRetry(NoBackoff(), RETRIES)
    pool = redis.asyncio.BlockingConnectionPool.from_url(url, max_connections=connections, retry=retry, **OPTIONS)
    return redis.asyncio.Redis.from_pool(pool)
