"""What the fake providers share: a loopback server whose books tests can open, and whose answers can be lost."""

import contextlib
import http.server
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

Answer = tuple[int, str, str]  # status, content type, body

LOST_BEFORE = "lost before"  # the connection breaks before the provider has done anything
LOST_AFTER = "lost after"  # it has done everything, and the answer is lost
GARBAGE = "garbage"  # it has done everything, and a proxy answers with its own page
FAULTS = (LOST_BEFORE, LOST_AFTER, GARBAGE)


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


class FakeProvider:
    """`faults`: path -> the faults of its next calls, one each. `hears`: every path called, in order."""

    def __init__(self) -> None:
        self.trades: dict[str, Trade] = {}
        self.faults: dict[str, list[str]] = {}
        self.hears: list[str] = []
        self.lock = threading.RLock()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake._serve(self)

            def do_POST(self) -> None:
                fake._serve(self)

            def log_message(self, *_: Any) -> None:
                """Nothing on the terminal."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def lose(self, path: str, *faults: str) -> None:
        """The next calls of `path` (its beginning) go wrong so."""
        self.faults.setdefault(path, []).extend(faults)

    def answer(self, request: Request) -> Answer:
        """What the provider says."""
        raise NotImplementedError

    def _serve(self, call: http.server.BaseHTTPRequestHandler) -> None:
        where = urlsplit(call.path)
        body = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        request = Request(call.command, where.path, where.query, dict(call.headers), body)
        with self.lock:
            self.hears.append(where.path)
            fault = next(
                (left.pop(0) for path, left in self.faults.items() if where.path.startswith(path) and left), ""
            )
            answer = (502, "", "") if fault == LOST_BEFORE else self.answer(request)
        if fault in (LOST_BEFORE, LOST_AFTER):
            with contextlib.suppress(OSError):
                call.connection.shutdown(socket.SHUT_RDWR)
            call.close_connection = True
            return
        status, kind, text = (502, "text/html", "<h1>Bad Gateway</h1>") if fault == GARBAGE else answer
        data = text.encode()
        call.send_response(status)
        call.send_header("Content-Type", kind)
        call.send_header("Content-Length", str(len(data)))
        call.end_headers()
        call.wfile.write(data)
