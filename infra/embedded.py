"""The stores of one's own machine: a real PostgreSQL and a real Redis under var/, when no URL is set.

Whoever needs them enters `stores()`: the first starts them, others attach, the last to leave stops them. Two lock files
say who is there: `lock` is held while something is started or stopped, `users` is shared by everyone inside. The kernel
drops both with their process, so a SIGKILL leaves nothing but running servers, which the next one in adopts. A server
that dies while somebody is inside is started again by whoever calls `mend()`: `python app.py` does.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import quote

from infra.embedded_postgresql import PostgreSQL, reachable
from infra.embedded_redis import RedisServer, redis_socket
from infra.settings import Settings

DATABASE = "parkline"
BOTH = frozenset({"postgresql", "redis"})
SOCKET_PATH_BYTES = 90  # the system allows 104 (macOS) or 108 (Linux) for a socket's path, its name included


@dataclass(frozen=True, slots=True)
class StoreUrls:
    """Where the stores are; all that web, worker and commands ever learn about them."""

    database: str
    redis: str


class Server(Protocol):
    """One of the two."""

    def ensure(self) -> None:
        """Started and answering, or adopted, with its data. Raises EmbeddedError."""
        ...

    def runs(self) -> bool:
        """Whether its process is there."""
        ...

    def stop(self) -> None:
        """Stopped in order; nothing when it is not there."""
        ...


@contextmanager
def stores(
    var: Path, *, wanted: frozenset[str] = BOTH, settings: Mapping[str, str] | None = None, keep: bool = True
) -> Iterator[StoreUrls]:
    """Run the stores under `var`, or attach to those that run there, until the block ends.

    `wanted`: which of them. `settings` are added to postgresql.conf by whoever starts it. With keep=False the last to
    leave deletes their data.
    Raises EmbeddedError, one line, when they cannot be started.
    """
    place = var / "embedded"
    place.mkdir(parents=True, exist_ok=True)
    with (place / "users").open("a") as users:
        with _locked(place / "lock"):
            home = _home(place)
            run = _run(home)
            servers = _servers(home, run, settings or {})
            try:
                for name in sorted(wanted):
                    servers[name].ensure()
            except BaseException:
                if _alone(users):
                    _stop(servers)
                raise
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield StoreUrls(f"postgresql://postgres@/{DATABASE}?host={quote(str(run))}", f"unix://{redis_socket(run)}")
        finally:
            with _locked(place / "lock"):
                fcntl.flock(users, fcntl.LOCK_UN)
                if _alone(users):
                    _stop(servers)
                    _clear(run)
                    if not keep:
                        _clear(home)


@contextmanager
def store_urls(settings: Settings) -> Iterator[StoreUrls]:
    """The stores of these settings: those they name, and embedded ones for what they leave unset."""
    unset = _unset(settings)
    if not unset:
        yield StoreUrls(settings.database_url or "", settings.redis_url or "")
        return
    with stores(settings.parkline_var, wanted=unset) as own:
        yield StoreUrls(settings.database_url or own.database, settings.redis_url or own.redis)


def mend(settings: Settings) -> list[str]:
    """Start again those of the embedded stores that died, on the same sockets and with their data; their names.

    For whoever is inside `store_urls(settings)`. Raises EmbeddedError, one line, when one cannot be started.
    """
    unset = _unset(settings)
    if not unset:  # a city's own stores are the city's to mend
        return []
    place = settings.parkline_var / "embedded"
    home = _home(place)
    servers = _servers(home, _run(home), {})
    dead = [name for name in sorted(unset) if not servers[name].runs()]
    if dead:
        with _locked(place / "lock"):
            for name in dead:
                servers[name].ensure()
    return dead


def _unset(settings: Settings) -> frozenset[str]:
    given = {"postgresql": settings.database_url, "redis": settings.redis_url}
    return frozenset(name for name, url in given.items() if url is None)


def _servers(home: Path, run: Path, settings: Mapping[str, str]) -> dict[str, Server]:
    return {"postgresql": PostgreSQL(home, run, DATABASE, settings), "redis": RedisServer(home, run)}


def _stop(servers: Mapping[str, Server]) -> None:
    for name in sorted(servers, reverse=True):
        servers[name].stop()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _alone(users: IO[str]) -> bool:
    """Nobody else is inside. Asked while `lock` is held, so nobody comes in meanwhile."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _home(place: Path) -> Path:
    """The folder of the data: under var/, or in /var/tmp when root's PostgreSQL, which runs as nobody, cannot enter."""
    home = place / "stores"
    if home.exists():
        return home.resolve()
    home.unlink(missing_ok=True)  # a link to what is gone
    if os.geteuid() != 0 or reachable(place):
        home.mkdir()
    else:
        home.symlink_to(tempfile.mkdtemp(prefix="parkline-", dir="/var/tmp"), target_is_directory=True)
        home.chmod(0o711)
    return home.resolve()


def _run(home: Path) -> Path:
    """The folder of the sockets, nobody else's to enter: beside the data, or in /tmp when that path is too long."""
    run = home / "run"
    if not run.exists():
        run.unlink(missing_ok=True)
        if len(os.fsencode(run)) <= SOCKET_PATH_BYTES - len("/.s.PGSQL.5432"):
            run.mkdir(mode=0o700)
        else:
            run.symlink_to(tempfile.mkdtemp(prefix="parkline-", dir="/tmp"), target_is_directory=True)
    return run.resolve()


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
