"""Reads the codes in a photo with zxing-cpp, in a process of its own that is ended when a photo takes too long."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer
from typing import IO, Any, cast

import structlog

from adapters.scanning.pipe import LENGTH, MOST_CODES, MOST_LETTERS, Limits
from domain.ports.scanning import PhotoError, Trouble

START_SECONDS = 10.0  # for a new process, once
LIMITS = Limits()
MOST_ANSWER_BYTES = 1024 * 1024
ROOT = Path(__file__).parent.parent.parent

log = structlog.get_logger(__name__)


class ZxingReader:
    """Implements domain.ports.scanning.CodeReader. One photo at a time, for reading takes a whole core.

    The process is started by the first photo and kept. It is given no environment, so no setting and no secret, and
    ends by itself when this one does.
    """

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._one_at_a_time = ThreadPoolExecutor(1, thread_name_prefix="photos")
        self._process: subprocess.Popen[bytes] | None = None

    async def read(self, photo: bytes) -> Sequence[str]:
        """As the port says."""
        if not photo:
            raise PhotoError(Trouble.NO_PHOTO)
        reading = asyncio.get_running_loop().run_in_executor(self._one_at_a_time, self._read, photo)
        try:
            return await asyncio.wait_for(reading, self._limits.queue + self._limits.wait)
        except TimeoutError:
            raise PhotoError(Trouble.AWAY) from None

    def close(self) -> None:
        """End the process."""
        self._one_at_a_time.shutdown(cancel_futures=True)
        self._end()

    def _read(self, photo: bytes) -> list[str]:
        """In the one thread."""
        answer = self._exchange(self._process or self._start(), photo, self._limits.wait)
        if isinstance(answer, str) and answer in set(Trouble):
            raise PhotoError(Trouble(answer))
        if not isinstance(answer, list):
            raise PhotoError(Trouble.NO_PHOTO)
        return [text for text in answer[:MOST_CODES] if isinstance(text, str) and len(text) <= MOST_LETTERS]

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-B", "-m", "adapters.scanning.child", str(self._limits.work), str(self._limits.wait)],
            cwd=ROOT,
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback could hold something of the photo
            start_new_session=True,  # Ctrl-C is for this process, which then ends that one
        )
        self._exchange(self._process, b"", max(START_SECONDS, self._limits.wait))
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], photo: bytes, seconds: float) -> Any:
        """Its answer. Raises PhotoError when it took too long, and was ended, or died of the photo."""
        given, told = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        ends_at = time.monotonic() + seconds
        timer = Timer(seconds, process.kill)
        timer.start()
        try:
            given.write(LENGTH.pack(len(photo)) + photo)
            given.flush()
            length = LENGTH.unpack(_whole(told, LENGTH.size))[0]
            return json.loads(_whole(told, min(length, MOST_ANSWER_BYTES)))
        except (OSError, EOFError, ValueError):
            self._end()
            late = time.monotonic() >= ends_at or process.returncode == -signal.SIGPROF
            log.warning("photo_reader_ended", late=late, status=process.returncode)
            raise PhotoError(Trouble.TOO_LONG if late else Trouble.NO_PHOTO) from None
        finally:
            timer.cancel()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _whole(pipe: IO[bytes], size: int) -> bytes:
    """Raises EOFError where fewer bytes come."""
    read = pipe.read(size)
    if len(read) < size:
        raise EOFError
    return read
