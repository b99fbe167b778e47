"""One call to an outside server: its answer whole and in time, or an OutsideError that says if it may be heard."""

import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from domain.errors import OutsideError, Retry

CONNECT_SECONDS = 5.0
MOST_ANSWER_BYTES = 1024 * 1024
CHUNK_BYTES = 16 * 1024
PAUSE = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status and the body."""

    status: int
    body: bytes
    retry_after: float | None = None  # seconds, where the server asks for a pause (RFC 9110 §10.2.3)

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    seconds: float,
    most_bytes: int = MOST_ANSWER_BYTES,
) -> Answer:
    """Send once and read the whole answer, of at most `most_bytes`, within `seconds`. Redirects are not followed.

    Raises OutsideError: THROTTLE where not a byte of the request left us, so that nothing can have happened, and LATER
    where anything may have. Its text never holds an address or a body.
    """
    where = urlsplit(url)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.hostname or "", where.port, timeout=CONNECT_SECONDS)
    ends_at = time.monotonic() + seconds
    try:
        _connect(connection)
        try:
            connection.request(method, f"{where.path or '/'}{'?' if where.query else ''}{where.query}", body, headers)
            return _read(connection, ends_at, most_bytes)
        except (OSError, http.client.HTTPException) as error:
            raise OutsideError(_cause(error)) from None  # the error's text may hold what was sent
    finally:
        connection.close()


def _connect(connection: http.client.HTTPConnection) -> None:
    try:
        connection.connect()
    except OSError as error:
        raise OutsideError(_cause(error), Retry.THROTTLE) from None


def _read(connection: http.client.HTTPConnection, ends_at: float, most_bytes: int) -> Answer:
    """The whole answer before `ends_at`, however slowly its bytes drip."""
    _wait_until(connection, ends_at)
    parts: list[bytes] = []
    size = 0
    with connection.getresponse() as answer:  # closed also where it is not read to its end
        while part := answer.read1(CHUNK_BYTES):
            parts.append(part)
            size += len(part)
            if size > most_bytes:
                raise OutsideError("too_long")
            _wait_until(connection, ends_at)
        if answer.length:  # promised more than it sent
            raise OutsideError("cut_off")
        return Answer(answer.status, b"".join(parts), _pause(answer.getheader("Retry-After")))


def _pause(asked: str | None) -> float | None:
    """Seconds; the form with a date is left alone: it needs both clocks to agree."""
    return float(asked) if asked and PAUSE.fullmatch(asked) else None


def _wait_until(connection: http.client.HTTPConnection, ends_at: float) -> None:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if connection.sock is not None:  # it is gone once the last byte is read
        connection.sock.settimeout(left)


def _cause(error: Exception) -> str:
    return "timeout" if isinstance(error, TimeoutError) else "connection"
