"""Server processes: started together, known by their processor time, stopped together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parent.parent
START_SECONDS = 120.0  # on a busy machine too
STOP_SECONDS = 15.0
CALM_SECONDS = 0.5  # the port answers before every process has imported what it serves; that is no cost of a call
CALM_SHARE = 0.1  # of one processor; pumps that only look for work take less
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cpu_seconds(roots: Sequence[int]) -> float:
    """Processor time of these processes, their descendants, and children that have ended (Linux: /proc/PID/stat)."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        pid = int(path.parent.name)
        parents[pid] = int(fields[1])
        ticks[pid] = sum(map(int, fields[11:15]))
    family = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(ticks.get(pid, 0) for pid in family) / TICKS


class Servers:
    """Some commands with one environment; `port` is what answers when they are ready, None where nothing does."""

    def __init__(
        self, commands: Sequence[Sequence[str]], environment: Mapping[str, str], port: int | None, log: Path
    ) -> None:
        self._commands = commands
        self._environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": os.environ.get("HOME", "/")}
        self._environment |= environment
        self._port = port
        self._log = log
        self._running: list[subprocess.Popen[bytes]] = []

    @property
    def port(self) -> int:
        """Where they answer. Raises LookupError for those that answer nowhere."""
        if self._port is None:
            raise LookupError("no port")
        return self._port

    @property
    def pids(self) -> list[int]:
        """The processes that were started; their children are found by cpu_seconds()."""
        return [process.pid for process in self._running]

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            for command in self._commands:
                self._running.append(
                    subprocess.Popen(
                        [sys.executable, *command],
                        cwd=ROOT,
                        env=self._environment,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                )
        try:
            self._wait()
            self._calm()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while True:
            for process in self._running:
                if process.poll() is not None:
                    raise RuntimeError(f"{process.args} ended by itself; see {self._log}:\n{self._last_words()}")
            if self._port is None:
                return
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > until:
                    raise RuntimeError(f"nobody answers on port {self.port}; see {self._log}") from None
                time.sleep(0.05)

    def _calm(self) -> None:
        """Wait until every process has started, told by the processor time they take."""
        until = time.monotonic() + START_SECONDS
        used = cpu_seconds(self.pids)
        while time.monotonic() < until:
            time.sleep(CALM_SECONDS)
            before, used = used, cpu_seconds(self.pids)
            if used - before < CALM_SHARE * CALM_SECONDS:
                return
        raise RuntimeError(f"the processes do not come to rest; see {self._log}")

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-12:])

    def _stop(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            for process in self._running:
                if process.poll() is None:
                    os.killpg(process.pid, number)
            until = time.monotonic() + STOP_SECONDS
            while any(process.poll() is None for process in self._running) and time.monotonic() < until:
                time.sleep(0.02)
        self._running.clear()
