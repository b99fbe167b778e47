"""Runs web and worker as child processes of `python app.py`: starts, restarts, stops them in order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOOK_SECONDS = 0.2
STOP_SECONDS = 15.0
MOST_RESTARTS = 5  # within RESTART_WINDOW_SECONDS; then something is wrong that starting again does not mend
RESTART_WINDOW_SECONDS = 60.0
PARENT = "PARKLINE_PARENT"


@dataclass
class Child:
    """One process that should be running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    starts: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_RESTARTS + 1))

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C reaches us alone and we stop it in order."""
        self.starts.append(time.monotonic())
        environment = {**os.environ, **self.environment, PARENT: str(os.getpid())}
        self.process = subprocess.Popen(  # noqa: S603
            list(self.command), cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def hopeless(self) -> bool:
        """It died so often in so short a time that it is not started again."""
        full = len(self.starts) == self.starts.maxlen
        return full and self.starts[-1] - self.starts[0] < RESTART_WINDOW_SECONDS

    def stop(self) -> None:
        """SIGTERM, and SIGKILL to its whole group when it does not go."""
        if self.process is None:
            return
        if self.running:
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Keeps children running until told to stop. `say` prints one line."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self._children = children
        self._say = say
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask run() to end. Safe from a signal handler."""
        self._stopping.set()

    def run(self, started: Callable[[], bool], ready: Callable[[], None]) -> int:
        """Start all, call `ready` once `started()` is true, watch until stop(). Returns the exit status."""
        announced = False
        try:
            for child in self._children:
                child.start()
            while not self._stopping.wait(LOOK_SECONDS):
                for child in self._children:
                    if not child.running and not self._again(child):
                        return 1
                if not announced and started():
                    announced = True
                    ready()
            return 0
        finally:
            for child in self._children:
                child.stop()

    def _again(self, child: Child) -> bool:
        status = child.process.returncode if child.process else None
        if child.hopeless:
            self._say(f"{child.name} keeps ending (status {status}): giving up. Its log lines above say why.")
            return False
        self._say(f"{child.name} ended (status {status}): starting it again.")
        child.start()
        return True


def leave_with_parent() -> None:
    """In a child: end as on SIGTERM when the supervisor is gone, so that a kill leaves nobody holding the port."""
    parent = os.environ.get(PARENT)
    if parent is None:
        return

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == int(parent):
            pause.wait(1.0)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def python(*arguments: str) -> list[str]:
    """A command of this same interpreter."""
    return [sys.executable, *arguments]
