"""Processes of ours, started by tests: their output goes into the run's logs, and none outlives its test."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from infra.embedded_process import wait_until
from tests import logs

ROOT = Path(__file__).parent.parent
START_SECONDS = 60.0


class Running:
    """A started process and what it has printed."""

    def __init__(self, process: "subprocess.Popen[bytes]", output: Path) -> None:
        self.process = process
        self._output = output

    @property
    def output(self) -> str:
        return self._output.read_text(errors="replace")

    def says(self, text: str, seconds: float = START_SECONDS) -> bool:
        """Whether it prints `text` before long; False at once when it has ended without."""
        wait_until(lambda: text in self.output or self.process.poll() is not None, seconds)
        return text in self.output

    def terminate(self, seconds: float = 40.0) -> int:
        """SIGTERM; its exit status."""
        self.process.terminate()
        return self.process.wait(seconds)


@contextmanager
def process(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[Running]:
    """Run `python ARGUMENTS` with only this environment, without a terminal."""
    count = len(list(logs.folder().glob("process-*.log")))
    output = logs.folder() / f"process-{os.getpid()}-{count}.log"
    with output.open("wb") as file:
        started = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "LANG": "C.UTF-8",
                "TMPDIR": tempfile.gettempdir(),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Running(started, output)
        finally:
            if started.poll() is None:
                started.terminate()
                try:
                    started.wait(30)
                except subprocess.TimeoutExpired:
                    os.killpg(started.pid, signal.SIGKILL)
                    started.wait()


def children(pid: int) -> dict[int, str]:
    """The processes below `pid`, at any depth, with their command lines."""
    found: dict[int, str] = {}
    table = subprocess.run(["/bin/ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in table.splitlines()]
    parents = {pid}
    for _depth in range(5):
        for row in rows:
            if int(row[1]) in parents and int(row[0]) not in found and "<defunct>" not in row[-1]:
                found[int(row[0])] = row[2] if len(row) > 2 else ""
        parents = set(found) | {pid}
    return found


def free_port() -> int:
    """A port nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(port: int, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Status and body; (0, "") when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()
