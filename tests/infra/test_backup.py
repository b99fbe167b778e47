"""Backups: a database comes back as it was, its audit chain and its draws still provable; nothing is overwritten."""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import text

from infra import backup
from infra.backup import KEPT, PART, BackupError
from infra.database import UnitOfWork, UnitOfWorkFactory, make_engine
from services import audit, sealing
from services.draws import files
from tests import stores
from tests.draw.verifying import said, v2

pytestmark = pytest.mark.slow  # pg_dump and pg_restore

DRAW = "TEST/115-01"
NAMES = ("announce.txt", "list.tsv", "result.tsv")


@pytest.fixture
def empty_database(_admin: stores.Admin, postgres_url: str) -> Iterator[str]:
    """A database without a table."""
    name = f"restored_{os.getpid()}"
    _admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    _admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    yield stores.with_database(postgres_url, name)
    _admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def keep_something(uow: UnitOfWorkFactory, folder: Path) -> None:
    """Audit rows in a sealed chain, and the files of a draw."""
    with uow() as unit:
        for number in range(3):
            audit.write(unit, "a.deed", actor="s-1", subject_type="thing", subject_id=number)
    with uow() as unit:
        assert sealing.seal(unit) == 3
        for path in v2().write(folder):
            if Path(path).name in NAMES:
                files.keep(unit, DRAW, Path(path).name, Path(path).read_bytes())


def test_what_was_backed_up_comes_back_with_its_proofs(
    uow: UnitOfWorkFactory, database_url: str, empty_database: str, tmp_path: Path
) -> None:
    keep_something(uow, tmp_path)
    file = tmp_path / "whole.dump"
    assert backup.backup(database_url, file) == file.stat().st_size > 10_000
    assert file.stat().st_mode & 0o077 == 0, "for its owner only"
    backup.restore(empty_database, file)
    engine = make_engine(empty_database)
    back = tmp_path / "back"
    back.mkdir()
    try:
        with uow() as here, UnitOfWork(engine) as there:
            checked = sealing.check(there, [sealing.head(here)])
            assert (checked.sealed, checked.unsealed, checked.wrong) == (3, 0, None)
            for name in NAMES:
                (back / name).write_bytes(files.require(there, DRAW, name))
            sizes = "SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'x')"
            assert here.connection.execute(text(sizes)).scalar() == there.connection.execute(text(sizes)).scalar()
    finally:
        engine.dispose()
    assert said(["verify", *(str(back / name) for name in NAMES)])[0] == 0
    with pytest.raises(BackupError, match="not empty"):
        backup.restore(empty_database, file)


def test_a_backup_overwrites_nothing_and_leaves_no_half_file(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "whole.dump"
    file.write_bytes(b"of yesterday")
    with pytest.raises(BackupError, match="is there already"):
        backup.backup(database_url, file)
    assert file.read_bytes() == b"of yesterday"
    elsewhere = tmp_path / "other.dump"
    with pytest.raises(BackupError, match="cannot be reached"):
        backup.backup(make_conninfo(database_url, dbname="no_such_database"), elsewhere)
    assert list(tmp_path.glob(f"*{PART}")) == []
    assert not elsewhere.exists()


def test_what_is_no_whole_backup_is_not_restored(database_url: str, empty_database: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="is not there"):
        backup.restore(empty_database, tmp_path / "nothing.dump")
    whole, broken = tmp_path / "whole.dump", tmp_path / "broken.dump"
    backup.backup(database_url, whole)
    for content in (b"no backup", whole.read_bytes()[: whole.stat().st_size // 2]):
        broken.write_bytes(content)
        with pytest.raises(BackupError, match="pg_restore failed"):
            backup.restore(empty_database, broken)
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_night_has_one_backup_and_the_oldest_go(database_url: str, tmp_path: Path) -> None:
    day = date(2026, 11, 21)
    for n in range(1, KEPT + 2):
        (tmp_path / f"parkline-{day - timedelta(days=n)}.dump").write_bytes(b"old")
    (tmp_path / f"parkline-{day}.dump{PART}").write_bytes(b"half, of a worker that was killed")
    written = backup.nightly(database_url, tmp_path, day)
    assert written is not None
    assert backup.nightly(database_url, tmp_path, day) is None
    left = sorted(path.name for path in tmp_path.iterdir())
    assert len(left) == KEPT
    assert left[-1] == written.name
    assert left[0] == f"parkline-{day - timedelta(days=KEPT - 1)}.dump"
