"""POST /callback: raw body → signature → one transaction → 200. Nothing else happens here."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence

import structlog
from flask import Blueprint, Response, request

from bot.inbox_store import InboxStore, NotStoredError
from bot.reading import decode

MOST_BODY_BYTES = 1_048_576  # LINE's webhooks are some kilobytes

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


def blueprint(store: InboxStore, secrets: Sequence[bytes], hint: Callable[[], None]) -> Blueprint:
    """LINE's door. `hint` tells the worker that there is work."""
    line = Blueprint("line", __name__)

    @line.post("/callback")
    def callback() -> Response:
        if (request.content_length or 0) > MOST_BODY_BYTES:
            return _plain(413)
        body = request.stream.read(MOST_BODY_BYTES + 1)
        if len(body) > MOST_BODY_BYTES:
            return _plain(413)
        if not signed(secrets, body, request.headers.get("x-line-signature")):
            return _plain(400)
        webhook = decode(body)
        if webhook is None:
            log.warning("webhook_not_json", size=len(body))
            return _plain(400)
        try:
            events = store.store(webhook)
        except NotStoredError as error:
            log.error("webhook_not_stored", cause=str(error))
            return _plain(503)
        if events:
            hint()
        return _plain(200)

    return line


def _plain(status: int) -> Response:
    return Response(b"OK" if status == 200 else b"", status, content_type="text/plain; charset=utf-8")
