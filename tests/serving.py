"""An application of ours on loopback, for a browser to open."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    """Logs no addresses: they hold tokens."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def on_loopback(app: Flask) -> Iterator[str]:
    """Serve it until the block ends; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
