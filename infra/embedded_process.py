"""Looking at a server that is not our child: is that process still there, and is it the one we mean?"""

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

POLL_SECONDS = 0.02


class EmbeddedError(Exception):
    """An embedded store cannot be started; its text is one line for whoever started it."""


def pid_in(path: Path) -> int | None:
    """The process id in the first line of a pid file; None without one."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def alive(pid: int | None, program: str) -> bool:
    """Whether that process runs that program: after a restart of the machine its number may be somebody else's."""
    if pid is None:
        return False
    status = Path(f"/proc/{pid}/stat")
    try:
        name, _, rest = status.read_text().partition("(")[2].rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return False
        # macOS has no /proc
        listed = subprocess.run(  # noqa: S603
            ["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return listed.stdout.strip().endswith(program)
    return name == program[:15] and rest.split()[0] != "Z"


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether `condition` came true within so many seconds."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause.wait(POLL_SECONDS)
    return True


def last_line(log: Path) -> str:
    """The last line of a server's log, for the error that names it."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1].strip() if lines else f"see {log}"
