"""What the fake providers share: books that tests can open, and answers that can be lost."""

import threading
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.loopback import Call, Loopback, body_of, hang_up, respond, say_nothing

Answer = tuple[int, str, str]  # status, content type, body

LOST_BEFORE = "lost before"  # the connection breaks before the provider has done anything
LOST_AFTER = "lost after"  # it has done everything, and the answer is lost
SILENT_BEFORE = "silent before"  # it does nothing and says nothing, until the caller gives up
SILENT_AFTER = "silent after"  # it has done everything, and says nothing
OVERDUE = "overdue"  # it does everything, once the caller has given up
GARBAGE = "garbage"  # it has done everything, and a proxy answers with its own page
BROKEN = "broken"  # a proxy answers; the provider never heard of it
FAULTS = (LOST_BEFORE, LOST_AFTER, SILENT_BEFORE, SILENT_AFTER, OVERDUE, GARBAGE, BROKEN)
NOTHING_DONE = frozenset({LOST_BEFORE, SILENT_BEFORE, BROKEN})
A_PROXYS_PAGE = (502, "text/html", "<h1>Bad Gateway</h1>")


@dataclass
class Trade:
    """One payment in a provider's books. Amounts in NT$."""

    number: str
    reference: str
    amount: int
    state: str = "waiting"
    taken: int = 0  # money moved, over all charges
    fields: dict[str, Any] = field(default_factory=dict)  # as it was asked for
    refunds: dict[str, int] = field(default_factory=dict)  # reference -> amount
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Request:
    """What reached the provider."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class FakeProvider(Loopback):
    """`faults`: path -> the faults of its next calls, one each. `trouble`: the fault of any other call, "" for none.

    `hears`: every path called, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trades: dict[str, Trade] = {}
        self.faults: dict[str, list[str]] = {}
        self.trouble: Callable[[], str] = lambda: ""
        self.hears: list[str] = []
        self.lock = threading.RLock()

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """What the provider says."""

    def lose(self, path: str, *faults: str) -> None:
        """The next calls of `path` (its beginning) go wrong so."""
        self.faults.setdefault(path, []).extend(faults)

    def handle(self, call: Call) -> None:
        where = urlsplit(call.path)
        request = Request(call.command, where.path, where.query, dict(call.headers), body_of(call))
        with self.lock:
            self.hears.append(where.path)
            fault = self._fault(where.path)
        if fault == OVERDUE:
            say_nothing(call)
        answer = A_PROXYS_PAGE
        if fault not in NOTHING_DONE:
            with self.lock:
                answer = self.answer(request)
        if fault in (SILENT_BEFORE, SILENT_AFTER):
            say_nothing(call)
        elif fault in (LOST_BEFORE, LOST_AFTER):
            hang_up(call)
        elif fault != OVERDUE:
            status, kind, text = A_PROXYS_PAGE if fault in (GARBAGE, BROKEN) else answer
            respond(call, status, text, kind)

    def _fault(self, path: str) -> str:
        """The fault of one call."""
        for beginning, left in self.faults.items():
            if path.startswith(beginning) and left:
                return left.pop(0)
        return self.trouble()
