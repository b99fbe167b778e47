"""One PostgreSQL and one Redis for all test processes of a checkout."""

import fcntl
import hashlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from infra.embedded import StoreUrls, stores
from infra.embedded_redis import DATABASES
from infra.migrations import ROOT, upgrade

Admin = psycopg.Connection[tuple[object, ...]]
_numbers = itertools.count(1)

SETTINGS = {
    "max_connections": "250",
    # What is in it need not outlive the machine. (tests/infra starts stores of its own, as they are shipped.)
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def folder() -> Path:
    """Where the stores of this checkout's tests live: found again after a SIGKILL, deleted by the last test run."""
    name = hashlib.sha256(f"{ROOT}:{os.getuid()}".encode()).hexdigest()[:12]
    path = Path(tempfile.gettempdir()) / f"parkline-tests-{name}"
    path.mkdir(mode=0o755, exist_ok=True)
    return path


@contextmanager
def shared_stores() -> Iterator[StoreUrls]:
    """The stores, with what killed runs left in them cleared."""
    with stores(folder(), settings=SETTINGS, keep=False) as urls:
        with admin(urls.database) as connection:
            _drop_abandoned(connection)
        yield urls


def admin(url: str) -> Admin:
    """An autocommit connection that may make databases."""
    return psycopg.connect(url, autocommit=True)


@contextmanager
def fresh_database(connection: Admin, url: str, template: str) -> Iterator[str]:
    """The URL of a copy of `template`, dropped afterwards."""
    name = new_database(connection, template)
    try:
        yield with_database(url, name)
    finally:
        drop(connection, name)


def new_database(connection: Admin, template: str) -> str:
    """The name of a copy of `template`."""
    name = f"t_{os.getpid()}_{next(_numbers)}"
    connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template))))
    return name


def drop(connection: Admin, name: str) -> None:
    """Gone, whoever is connected to it."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def migrated_template(connection: Admin, url: str) -> str:
    """The name of a database at this checkout's schema, made once per content of models/ and migrations/."""
    with locked("template"):
        name = f"template_{_schema_hash()}"
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if known is None:
            half = f"{name}_half"
            drop(connection, half)
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
            upgrade(with_database(url, half))
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(name))
            )
    return name


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return url.replace("/parkline?", f"/{name}?")


@contextmanager
def redis_database(url: str) -> Iterator[str]:
    """The URL of a Redis database number that no other test process has."""
    with _first_free_number() as number:
        yield f"{url}?db={number}"


@contextmanager
def _first_free_number() -> Iterator[int]:
    """A number from 1, held by a file lock that ends with the process."""
    for number in range(1, DATABASES):
        with (folder() / f"redis-{number}").open("a") as file:
            if _try_lock(file):
                yield number
                return
    raise RuntimeError(f"more than {DATABASES - 1} test processes at once")


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One test process at a time."""
    with (folder() / f"{name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _schema_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "models").glob("*.py"), *(ROOT / "migrations").rglob("*.py")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _drop_abandoned(connection: Admin) -> None:
    names = connection.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 't\_%'").fetchall()
    for (name,) in names:
        if not _runs(int(str(name).split("_")[1])):
            drop(connection, str(name))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
