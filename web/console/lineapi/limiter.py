"""Rate limits per channel, path and method as token buckets, and the month's quota (reference "Rate limits")."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

# requests, seconds
DEFAULT_RATE = (2000, 1)
RATES = {
    ("POST", "/v2/bot/message/multicast"): (200, 1),
    ("POST", "/v2/bot/message/broadcast"): (60, 3600),
    ("POST", "/v2/bot/chat/loading/start"): (100, 1),
    ("POST", "/v2/bot/richmenu"): (100, 3600),
    ("DELETE", "/v2/bot/richmenu/{id}"): (100, 3600),
    ("DELETE", "/v2/bot/richmenu/alias/{id}"): (100, 3600),
    ("GET", "/v2/bot/richmenu/list"): (10, 1),
}
BILLING_ZONE = ZoneInfo("Asia/Tokyo")  # LINE's months [not documented; its company's zone]


@dataclass
class RateLimits:
    """One token bucket per endpoint; switched off unless `enabled`."""

    now: Callable[[], datetime]
    enabled: bool = False
    _levels: dict[tuple[str, str], tuple[float, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, method: str, pattern: str) -> bool:
        """Whether one more request to this endpoint is allowed now."""
        if not self.enabled:
            return True
        requests, seconds = RATES.get((method, pattern), DEFAULT_RATE)
        moment = self.now()
        with self._lock:
            level, since = self._levels.get((method, pattern), (float(requests), moment))
            level = min(requests, level + (moment - since).total_seconds() * requests / seconds)
            self._levels[method, pattern] = (level - 1 if level >= 1 else level, moment)
            return level >= 1


@dataclass
class Quota:
    """Messages of this month, counted per receiver; `limit` None means a plan without one."""

    now: Callable[[], datetime]
    limit: int | None = None
    _used: dict[tuple[int, int], int] = field(default_factory=dict)

    def _month(self) -> tuple[int, int]:
        moment = self.now().astimezone(BILLING_ZONE)
        return moment.year, moment.month

    @property
    def used(self) -> int:
        """Receivers counted this month."""
        return self._used.get(self._month(), 0)

    def allows(self, receivers: int) -> bool:
        """Whether a send to so many receivers still fits."""
        return self.limit is None or self.used + receivers <= self.limit

    def count(self, receivers: int) -> None:
        """Book a send."""
        month = self._month()
        self._used[month] = self._used.get(month, 0) + receivers
