"""Keeps a city's believed answer for a minute, so that a second look costs the city no call.

The body is kept as it came, with the moment it was asked: a cached answer never looks younger than it is.
A payment needs nothing dropped here: what was paid here is known from our own books, whatever a city still lists.
"""

from datetime import datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.plates import Plate
from domain.vehicles import VehicleKind

CACHE_SECONDS = 60


class AnswerCache:
    """One per process. Without Redis nothing is kept."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    async def get(self, city: str, plate: Plate, kind: VehicleKind) -> tuple[datetime, bytes] | None:
        """When it was asked, and the body; None when nothing is kept."""
        try:
            value = await self._redis.get(_key(city, plate, kind))
        except RedisError:
            return None
        if not isinstance(value, bytes):  # nothing kept
            return None
        asked_at, body = value.split(b"\n", 1)
        return datetime.fromisoformat(asked_at.decode("ascii")), body

    async def put(self, city: str, plate: Plate, kind: VehicleKind, asked_at: datetime, body: bytes) -> None:
        """Keep an answer that was believed."""
        value = asked_at.isoformat().encode("ascii") + b"\n" + body
        try:
            await self._redis.set(_key(city, plate, kind), value, ex=CACHE_SECONDS)
        except RedisError:
            return  # the next look asks the city again


def _key(city: str, plate: Plate, kind: VehicleKind) -> str:
    return f"paybill:{city}:{kind.car_type}:{plate.compact}"
