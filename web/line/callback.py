"""POST /callback: raw body → signature → one transaction → 200. Nothing else happens here.

The one hot address of the web: it is answered before Flask's dispatch, whose session, limits and page headers a call
of LINE's has no use for and which cost several times what storing an event does. Everything else passes through.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import structlog

from bot.inbox_store import InboxStore, NotStoredError
from bot.reading import decode
from infra import metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/callback"
MOST_BODY_BYTES = 1_048_576  # LINE's webhooks are some kilobytes
STATUS_LINES = {
    200: "200 OK",
    400: "400 Bad Request",
    405: "405 Method Not Allowed",
    413: "413 Content Too Large",
    500: "500 Internal Server Error",
    503: "503 Service Unavailable",
}

log = structlog.get_logger(__name__)


def signature(secret: bytes, body: bytes) -> bytes:
    """LINE's x-line-signature: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.digest(secret, body, hashlib.sha256))


def signed(secrets: Sequence[bytes], body: bytes, given: str | None) -> bool:
    """Whether one of the channel secrets made this signature. Compared in constant time."""
    if not given:
        return False
    presented = given.encode("utf-8", "surrogateescape")
    return any(hmac.compare_digest(signature(secret, body), presented) for secret in secrets)


class Callback:
    """LINE's door, in front of the application. `hint` tells the worker that there is work."""

    def __init__(
        self, inside: "WSGIApplication", store: InboxStore, secrets: Sequence[bytes], hint: Callable[[], None]
    ) -> None:
        self._inside = inside
        self._store = store
        self._secrets = secrets
        self._hint = hint

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return self._inside(environ, start_response)
        began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        try:
            status = self._answer(environ) if environ["REQUEST_METHOD"] == "POST" else 405
        except Exception as error:
            log.error("request_failed", exc_info=error)
            status = 500
        self._told(environ, status, time.perf_counter() - began)
        body = b"OK" if status == 200 else b""
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
        headers += [("X-Content-Type-Options", "nosniff")]
        if status == 405:
            headers += [("Allow", "POST")]
        start_response(STATUS_LINES[status], headers)
        return [body]

    def _answer(self, environ: "WSGIEnvironment") -> int:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > MOST_BODY_BYTES:
            return 413
        body = environ["wsgi.input"].read(MOST_BODY_BYTES + 1)
        if len(body) > MOST_BODY_BYTES:
            return 413
        if not signed(self._secrets, body, environ.get("HTTP_X_LINE_SIGNATURE")):
            return 400
        webhook = decode(body)
        if webhook is None:
            log.warning("webhook_not_json", size=len(body))
            return 400
        try:
            events = self._store.store(webhook)
        except NotStoredError as error:
            log.error("webhook_not_stored", cause=str(error))
            return 503
        if events:
            self._hint()
        return 200

    def _told(self, environ: "WSGIEnvironment", status: int, seconds: float) -> None:
        """What was taken in is counted; a call that was refused has a line, with the sender, as LINE advises."""
        metrics.REQUESTS.labels("POST" if status != 405 else "(other)", PATH, str(status)).observe(seconds)
        if status != 200:
            log.warning("request", rule=PATH, status=status, ms=round(seconds * 1000, 1), ip=environ.get("REMOTE_ADDR"))
