"""Backups of the whole database by PostgreSQL's own pg_dump and pg_restore, consistent while everything runs.

The programs are those of the machine, or those of the embedded PostgreSQL's package. A password is never on a command
line. DATA_KEYS are not in a backup: without them its personal data cannot be read.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from infra.embedded_postgresql import PACKAGE, VERSION

OPTIONS = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
SSL = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}
CONNECT_SECONDS = "5"
LONGEST = timedelta(hours=6)
KEPT = 14  # nights
NAME = "parkline-{day}.dump"
PART = ".part"  # of a file that is not complete
_TABLES = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


class BackupError(Exception):
    """One line that says what went wrong; nothing half-made is left."""


def backup(database_url: str, file: Path) -> int:
    """Write the whole database to a new file, readable by its owner only; returns its size in bytes.

    Raises BackupError: the file is there already, or pg_dump did not end well.
    """
    if file.exists():
        raise BackupError(f"{file.name} is there already")
    half = file.with_name(file.name + PART)
    half.touch(mode=0o600)
    try:
        _run("pg_dump", database_url, "--format=custom", "--no-owner", "--no-privileges", f"--file={half}")
        with half.open("rb") as written:
            os.fsync(written.fileno())
        half.rename(file)
    finally:
        half.unlink(missing_ok=True)
    return file.stat().st_size


def restore(database_url: str, file: Path) -> None:
    """Read a backup into an empty database, whole or not at all.

    Raises BackupError: the database is not empty, the file is none of ours, or pg_restore did not end well.
    """
    if not file.is_file():
        raise BackupError(f"{file.name} is not there")
    try:
        with psycopg.connect(database_url, connect_timeout=int(CONNECT_SECONDS)) as connection:
            row = connection.execute(_TABLES).fetchone()
    except psycopg.OperationalError:
        raise BackupError("the database cannot be reached") from None
    if row is None or row[0]:
        raise BackupError("the database is not empty: restore into a new one, then let DATABASE_URL name it")
    name = conninfo_to_dict(database_url).get("dbname") or "postgres"
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", f"--dbname={name}")
    _run("pg_restore", database_url, *options, str(file))


def nightly(database_url: str, folder: Path, day: date) -> Path | None:
    """The backup of a day into a folder, unless it is there; the oldest beyond KEPT go. Returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / NAME.format(day=day)
    if file.exists():
        return None
    backup(database_url, file)
    for old in sorted(folder.glob(NAME.format(day="*")))[:-KEPT]:
        old.unlink()
    return file


def _run(program: str, database_url: str, *arguments: str) -> None:
    given = conninfo_to_dict(database_url)
    places = {**OPTIONS, **SSL}
    environment = {variable: str(given[name]) for name, variable in places.items() if given.get(name)}
    try:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            [_program(program, _server(database_url)), *arguments],
            env={"PATH": os.defpath, "LC_ALL": "C", "PGCONNECT_TIMEOUT": CONNECT_SECONDS, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
            timeout=LONGEST.total_seconds(),
        )
    except subprocess.TimeoutExpired:
        raise BackupError(f"{program} took longer than {LONGEST}") from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise BackupError(f"{program} failed: {said[0] if said else f'status {done.returncode}'}")


def _program(name: str, server: int) -> str:
    """The oldest that is as new as the server: older ones refuse, newer ones may say what it cannot read."""
    found = {_major(path): path for path in _places(name)}
    fitting = [version for version in found if version >= server]
    if not fitting:
        known = ", ".join(map(str, sorted(found))) or "none"
        raise BackupError(f"{name} of PostgreSQL {server} or newer is needed on this machine (found: {known})")
    return found[min(fitting)]


def _places(name: str) -> list[str]:
    """Where this program may be: the embedded PostgreSQL's package, and the PATH, which has the word among equals."""
    places = []
    package = importlib.util.find_spec(PACKAGE)
    if package is not None and package.origin is not None:
        places.append(str(Path(package.origin).parent / VERSION / "bin" / name))
    places.append(shutil.which(name) or "")
    return [place for place in places if place and Path(place).exists()]


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=10)  # noqa: S603
    found = re.search(r"\) (\d+)", said.stdout)
    return int(found[1]) if found else 0


def _server(database_url: str) -> int:
    """The server's major version."""
    try:
        with psycopg.connect(database_url, connect_timeout=int(CONNECT_SECONDS)) as connection:
            return connection.info.server_version // 10_000
    except psycopg.OperationalError:
        raise BackupError("the database cannot be reached") from None
