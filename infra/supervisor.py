"""Runs web and worker as children of `python app.py`: starts, restarts, stops them in order; mends the stores."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict, deque
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
class Starts:
    """When something was started, of late."""

    times: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_RESTARTS + 1))

    def count(self) -> None:
        """It is being started now."""
        self.times.append(time.monotonic())

    @property
    def too_many(self) -> bool:
        """So many in so short a time that another will not mend it."""
        full = len(self.times) == self.times.maxlen
        return full and self.times[-1] - self.times[0] < RESTART_WINDOW_SECONDS


@dataclass
class Child:
    """One process that should be running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    starts: Starts = field(default_factory=Starts)

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C reaches us alone and we stop it in order."""
        self.starts.count()
        environment = {**os.environ, **self.environment, PARENT: str(os.getpid())}
        self.process = subprocess.Popen(  # noqa: S603
            list(self.command), cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

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
    """Keeps children running until told to stop.

    `say` prints one line. `mend` starts again what died of that which the children stand on, and names it.
    """

    def __init__(
        self, children: Sequence[Child], say: Callable[[str], None], mend: Callable[[], Sequence[str]]
    ) -> None:
        self._children = children
        self._say = say
        self._mend = mend
        self._mended: defaultdict[str, Starts] = defaultdict(Starts)
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
                if not self._ground_holds():
                    return 1
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

    def _ground_holds(self) -> bool:
        for name in self._mend():
            self._mended[name].count()
            if self._mended[name].too_many:
                self._say(f"{name} keeps ending: giving up. Its log under var/ says why.")
                return False
            self._say(f"{name} ended: started it again, with its data.")
        return True

    def _again(self, child: Child) -> bool:
        status = child.process.returncode if child.process else None
        if child.starts.too_many:
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
