"""A small fast HTTP/1.1 server on the loopback: one asyncio protocol, kept connections, bodies with a length."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from tests.fakes.line_faults import BEFORE, Fault, Faults
from web.console.lineapi.errors import RATE_EXCEEDED, Answer

Answerer = Callable[[str, str, Mapping[str, str], bytes], Answer]
Control = Callable[[str, str, bytes], Awaitable[Answer]]

CONTROL_PREFIX = "/_fake/"
_FAULTY = {
    Fault.RATE: Answer.of({"message": RATE_EXCEEDED}, 429),
    Fault.ERROR: Answer.of({"message": "Internal server error"}, 500),
    Fault.ERROR_AFTER: Answer.of({"message": "Internal server error"}, 500),
}
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class Connection(asyncio.Protocol):
    """One client connection; answers go out in the order of the requests."""

    def __init__(self, answer: Answerer, control: Control, faults: Faults, open_ones: set["Connection"]) -> None:
        self._answer = answer
        self._control = control
        self._faults = faults
        self._open_ones = open_ones
        self._buffer = bytearray()
        self._tasks: set[asyncio.Task[None]] = set()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._open_ones.discard(self)
        self.transport = None

    def data_received(self, data: bytes) -> None:
        """Take whole requests out of what has arrived."""
        self._buffer += data
        while self.transport:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            line, _, rest = bytes(self._buffer[:end]).decode("latin-1").partition("\r\n")
            headers = {
                name.lower(): value.strip() for name, _, value in (entry.partition(":") for entry in rest.split("\r\n"))
            }
            if "transfer-encoding" in headers:
                self._write(Answer.of({"message": "Length required"}, 411))
                self.transport.close()
                return
            total = end + 4 + int(headers.get("content-length", "0"))
            if len(self._buffer) < total:
                return
            body = bytes(self._buffer[end + 4 : total])
            del self._buffer[:total]
            method, target, _ = line.split(" ", 2)
            self._handle(method, target, headers, body)

    def _handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
        if target.startswith(CONTROL_PREFIX):
            task = asyncio.get_running_loop().create_task(self._controlled(method, target, body))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        fault = self._faults.next(target)
        answer = _FAULTY.get(fault) if fault in BEFORE else self._answer(method, target, headers, body)
        if fault in (Fault.DROP_BEFORE, Fault.DROP_AFTER):
            assert self.transport
            self.transport.abort()
        elif fault not in (Fault.SILENT_BEFORE, Fault.SILENT_AFTER):
            answer = _FAULTY[fault] if fault == Fault.ERROR_AFTER else answer
            assert answer
            latency = self._faults.latency_ms
            if latency:
                asyncio.get_running_loop().call_later(latency / 1000, self._write, answer)
            else:
                self._write(answer)

    async def _controlled(self, method: str, target: str, body: bytes) -> None:
        self._write(await self._control(method, target, body))

    def _write(self, answer: Answer) -> None:
        if self.transport is None:
            return
        extra = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        head = (
            f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, '')}\r\nContent-Type: {answer.content_type}\r\n"
            f"Content-Length: {len(answer.body)}\r\n{extra}\r\n"
        )
        self.transport.write(head.encode("latin-1") + answer.body)
