"""A drand relay on loopback that can be told to lie, to be late, to be early, or to break."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from adapters.randomness.recorded import RECORDED
from domain.draw import beacon

Answer = tuple[int, bytes]


def truth(number: int) -> Answer:
    """What drand says of a recorded beacon round; 404 for one that has not appeared."""
    value = next((one for one in RECORDED if one.number == number), None)
    if value is None:
        return 404, b"not found"
    return 200, said(number, value.signature.hex(), value.randomness.hex())


def said(number: object, signature: object, randomness: object) -> bytes:
    """The body of an answer."""
    return json.dumps({"round": number, "randomness": randomness, "signature": signature}).encode()


class Relay:
    """`answer` decides; `asked` remembers the numbers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answer: Callable[[int], Answer] = truth
        self.asked: list[int] = []


@contextmanager
def drand_relay() -> Iterator[Relay]:
    """A relay that answers on 127.0.0.1 until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            chain, public, number = self.path.strip("/").split("/")
            assert (chain, public) == (beacon.CHAIN, "public")
            relay.asked.append(int(number))
            status, body = relay.answer(int(number))
            with suppress(ConnectionError):  # who asked has given up waiting
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    relay = Relay(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield relay
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
