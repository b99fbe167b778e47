"""gunicorn's threads with an end to their patience: a request that is not all there in time gets no more of a thread.

gunicorn's own threads wait without end for the rest of a request, so as many slow senders as there are threads, or
telephones that were lost in a tunnel while sending a photo, would keep everybody else out.
"""

import math
import socket
import time
from typing import Any

from gunicorn.http import get_parser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

REQUEST_SECONDS = 30.0  # for head and body together; the largest body we take needs 0.6 Mbit/s


class PatientThreads(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """The worker class that gunicorn.conf.py names."""

    seconds = REQUEST_SECONDS

    def enqueue_req(self, conn: TConn) -> None:
        """A connection with something to read; a new one gets a reader that keeps time."""
        if conn.parser is None:
            conn.parser = get_parser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = TimedReader(conn.sock)
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """One request; its time begins."""
        conn.parser.unreader.begin(self.seconds)
        return super().handle(conn)


class TimedReader(SocketUnreader):  # type: ignore[misc]
    """Reads what comes until the time is over; from then on the sender counts as gone, for this connection's life:
    where a next request would begin is no longer known.
    """

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._ends_at = math.inf  # by time.monotonic()

    def begin(self, seconds: float) -> None:
        """A request that must be here after so many seconds."""
        if self._ends_at > -math.inf:
            self._ends_at = time.monotonic() + seconds

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes; none once the time is over."""
        left, before = self._ends_at - time.monotonic(), self.sock.gettimeout()
        if left > 0:
            self.sock.settimeout(left if before is None else min(left, before))
            try:
                return bytes(super().chunk(size_hint))
            except TimeoutError:
                if before is not None and before < left:
                    raise  # gunicorn's own, while it throws a body away
            finally:
                self.sock.settimeout(before)
        self._ends_at = -math.inf
        return b""
