"""What can go wrong between the bot and LINE, switched on by a test."""

import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """One way for a call to fail."""

    RATE = "rate"  # 429, nothing accepted
    ERROR = "error"  # 500, nothing accepted
    ERROR_AFTER = "error_after"  # accepted and delivered, yet 500
    DROP_BEFORE = "drop_before"  # connection cut, nothing accepted
    DROP_AFTER = "drop_after"  # accepted and delivered, connection cut before the answer
    SILENT_BEFORE = "silent_before"  # nothing accepted, never an answer
    SILENT_AFTER = "silent_after"  # accepted and delivered, never an answer: the caller times out


BEFORE = frozenset({Fault.RATE, Fault.ERROR, Fault.DROP_BEFORE, Fault.SILENT_BEFORE})


@dataclass
class Faults:
    """The faults in force. `shares` are chances per kind (0 to 1, seeded); `upcoming` strike once, first in first out.

    `only` limits shares and outage to paths that contain it.
    """

    seed: int = 0
    latency_ms: float = 0
    shares: dict[Fault, float] = field(default_factory=dict)
    only: str = "/v2/bot/"
    _upcoming: deque[tuple[Fault, str]] = field(default_factory=deque)
    _outage: tuple[float, Fault] = (0.0, Fault.ERROR)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def strike_next(self, *faults: Fault, path: str = "/v2/bot/") -> None:
        """The next calls whose path contains `path` fail, one fault each."""
        with self._lock:
            self._upcoming.extend((fault, path) for fault in faults)

    def outage(self, seconds: float, how: Fault = Fault.ERROR) -> None:
        """Everything fails for so long from now; 0 ends it."""
        with self._lock:
            self._outage = (time.monotonic() + seconds, how)

    def clear(self) -> None:
        """No faults and no latency from now on."""
        with self._lock:
            self.latency_ms = 0
            self.shares = {}
            self._upcoming.clear()
            self._outage = (0.0, Fault.ERROR)

    def next(self, path: str) -> Fault | None:
        """The fault that strikes this call, if any."""
        with self._lock:
            for number, (fault, part) in enumerate(self._upcoming):
                if part in path:
                    del self._upcoming[number]
                    return fault
            if self.only not in path:
                return None
            until, how = self._outage
            if until and time.monotonic() < until:
                return how
            chance = self._random.random() if self.shares else 1.0
            for fault, share in self.shares.items():
                if chance < share:
                    return fault
                chance -= share
        return None
