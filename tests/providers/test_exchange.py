"""One call to a provider: whole, in time, or said not to be."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from adapters.payments.ownpages import page_origins_near, require_own_page
from domain.errors import OutsideError, Retry
from infra.exchange import call


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that treats its one connection so."""
    server = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                serve(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
    finally:
        server.close()
        thread.join(5)


def get(url: str, seconds: float = 5.0) -> str:
    return call("GET", url, headers={}, seconds=seconds).text


def until_closed(connection: socket.socket) -> None:
    connection.settimeout(5)
    connection.recv(1)


def test_an_answer_is_read_whole() -> None:
    with listening(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\xe5\x81\x9cabc")) as url:
        assert get(url) == "停abc"


def test_nobody_there_means_that_nothing_happened() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(OutsideError, match="connection") as error:
        get(f"http://127.0.0.1:{port}/")
    assert error.value.retry is Retry.THROTTLE


@pytest.mark.parametrize(
    "sent",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", b"nonsense\r\n\r\n"],
    ids=["hung up", "cut off", "no http"],
)
def test_a_broken_answer_leaves_it_open_what_happened(sent: bytes) -> None:
    with listening(lambda c: c.sendall(sent)) as url, pytest.raises(OutsideError) as error:
        get(url)
    assert error.value.retry is Retry.LATER


def test_silence_ends_in_time() -> None:
    with listening(until_closed) as url, pytest.raises(OutsideError, match="timeout") as error:
        get(url, seconds=0.2)
    assert error.value.retry is Retry.LATER


def test_an_answer_that_drips_ends_in_time() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        with contextlib.suppress(OSError):
            connection.settimeout(0.02)
            while True:
                connection.sendall(b"x")
                with contextlib.suppress(TimeoutError):
                    connection.recv(1)

    began = time.monotonic()
    with listening(drip) as url, pytest.raises(OutsideError, match="timeout"):
        get(url, seconds=0.3)
    assert time.monotonic() - began < 3


def test_an_answer_without_end_is_refused() -> None:
    def flood(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2_000_000)

    with listening(flood) as url, pytest.raises(OutsideError, match="too_long"):
        get(url)


def test_pages_of_a_provider_live_in_its_domain() -> None:
    assert page_origins_near("https://api-pay.line.me") == ("https://*.line.me",)
    assert page_origins_near("https://onlinepay.jkopay.com") == ("https://*.jkopay.com",)
    assert page_origins_near("http://127.0.0.1:9000/x") == ("http://127.0.0.1:9000",)
    assert page_origins_near("https://127.0.0.1:9000") == ("https://127.0.0.1:9000",)


def test_nobody_is_sent_to_a_page_elsewhere() -> None:
    origins = ("https://*.line.me", "http://127.0.0.1:9000")
    for own in ("https://web-pay.line.me/web/payment?x=1", "http://127.0.0.1:9000/page"):
        assert require_own_page(own, origins) == own
    for foreign in (
        "https://evil.example/line.me", "http://web-pay.line.me/", "https://line.me.evil.example/", "https://evilline.me/",
        "https://x@evil.example/", "javascript:alert(1)", "http://127.0.0.1:9001/page",
    ):  # fmt: skip
        with pytest.raises(OutsideError, match="foreign_page"):
            require_own_page(foreign, origins)
