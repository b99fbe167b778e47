"""A small HTTP server on 127.0.0.1, a thread a call: what the fakes of providers and SMS gateways stand on."""

import contextlib
import http.server
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Self

GIVES_UP_SECONDS = 60.0  # longer than any time-out of ours

Call = http.server.BaseHTTPRequestHandler


class Loopback(ABC):
    """Serves while it is a context manager."""

    def __init__(self) -> None:
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake.handle(self)

            def do_POST(self) -> None:
                fake.handle(self)

            def log_message(self, *_: Any) -> None:
                """Nothing on the terminal."""

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self._server = Server(("127.0.0.1", 0), Handler)

    @abstractmethod
    def handle(self, call: Call) -> None:
        """One call, whose answer is written by this."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"


def body_of(call: Call) -> bytes:
    """What was sent with the call."""
    return call.rfile.read(int(call.headers.get("Content-Length") or 0))


def respond(
    call: Call, status: int, text: str, kind: str | None = None, *, headers: Mapping[str, str] | None = None
) -> None:
    """A whole answer; to nobody where the caller has gone."""
    data = text.encode()
    with contextlib.suppress(OSError):
        call.send_response(status)
        if kind is not None:
            call.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            call.send_header(name, value)
        call.send_header("Content-Length", str(len(data)))
        call.end_headers()
        call.wfile.write(data)


def hang_up(call: Call) -> None:
    """The connection breaks without a word."""
    with contextlib.suppress(OSError):
        call.connection.shutdown(socket.SHUT_RDWR)
    call.close_connection = True


def say_nothing(call: Call) -> None:
    """Until the caller gives up; then the connection is closed."""
    call.connection.settimeout(GIVES_UP_SECONDS)
    with contextlib.suppress(OSError):
        call.connection.recv(1)
    hang_up(call)
