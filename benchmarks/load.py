"""The load: prepared webhook calls over kept connections, as fast as they are taken, or at a fixed rate."""

import asyncio
import gc
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

HOST = "127.0.0.1"
ANSWER_SECONDS = 30.0
HEAD_END = b"\r\n\r\n"


@dataclass
class Load:
    """What a series of calls met."""

    statuses: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)  # per call, from when it was due to its answer
    lateness: list[float] = field(default_factory=list)  # how late the generator itself was, in ms; within the above
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Calls answered 200 in a second."""
        return self.statuses[200] / self.seconds

    def p99(self) -> float:
        """Milliseconds within which 99 of 100 calls were answered."""
        return quantile(self.milliseconds, 0.99)

    def checked(self) -> Self:
        """Itself, when every call was answered 200; a figure of anything else would tell nothing."""
        if set(self.statuses) != {200}:
            raise RuntimeError(f"calls were refused: {dict(self.statuses)}")
        return self


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Connection(asyncio.Protocol):
    """One call at a time; connects anew where the server does not keep connections."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._answer: asyncio.Future[int] | None = None

    async def call(self, raw: bytes) -> int:
        """Send one prepared request; the status of its answer, 0 when there was none."""
        for _attempt in (1, 2):  # a kept connection may be closed by the server just as it is used again
            fresh = self._transport is None
            if self._transport is None:
                await asyncio.get_running_loop().create_connection(lambda: self, HOST, self._port)
            assert self._transport
            self._received = b""
            self._answer = asyncio.get_running_loop().create_future()
            self._transport.write(raw)
            status = await asyncio.wait_for(self._answer, ANSWER_SECONDS)
            if status or fresh:
                return status
        return 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answer and not self._answer.done():
            self._answer.set_result(0)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(HEAD_END)
        if not end or not self._answer or self._answer.done():
            return
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        if len(body) < length:
            return
        if b"connection: close" in lines and self._transport:
            self._transport.abort()
            self._transport = None
        self._answer.set_result(int(head[9:12]))


def saturate(port: int, calls: Sequence[bytes], *, connections: int, seconds: float | None = None) -> Load:
    """All calls, each connection sending its next one when it has its answer; no new ones after `seconds`."""
    load, waiting = Load(), iter(calls)

    async def one(connection: Connection, until: float) -> None:
        for raw in waiting:
            began = time.perf_counter()
            load.statuses[await connection.call(raw)] += 1
            load.milliseconds.append((time.perf_counter() - began) * 1000)
            if time.perf_counter() > until:
                return

    async def every() -> None:
        began = time.perf_counter()
        until = began + (seconds or float("inf"))
        await asyncio.gather(*(one(Connection(port), until) for _ in range(connections)))
        load.seconds = time.perf_counter() - began

    with no_garbage():
        asyncio.run(every())
    return load


def at_rate(port: int, calls: Sequence[bytes], per_second: float) -> Load:
    """All calls at a fixed rate, whether or not earlier ones are answered; latency counts from when a call was due."""
    load, free = Load(), deque[Connection]()

    async def one(raw: bytes, due: float) -> None:
        connection = free.popleft() if free else Connection(port)
        load.statuses[await connection.call(raw)] += 1
        load.milliseconds.append((time.perf_counter() - due) * 1000)
        free.append(connection)

    async def every() -> None:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number, raw in enumerate(calls):
                due = began + number / per_second
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                load.lateness.append((time.perf_counter() - due) * 1000)
                tasks.create_task(one(raw, due))
        load.seconds = time.perf_counter() - began

    with no_garbage():
        asyncio.run(every())
    return load


@contextmanager
def no_garbage() -> Iterator[None]:
    """No pauses of the generator's own collector inside a measurement."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
