"""Brings a database to the newest schema, and tells which one it has."""

from pathlib import Path

import alembic.command
import alembic.config
import psycopg

ROOT = Path(__file__).parent.parent


def head() -> str:
    """The newest revision of this release (migrations/head, held true by a test)."""
    return (ROOT / "migrations" / "head").read_text().strip()


def upgrade(database_url: str) -> None:
    """Run all migrations that this database has not had. Safe to run twice, and by two at once: the second waits."""
    config = alembic.config.Config(ROOT / "alembic.ini")
    config.attributes["database_url"] = database_url
    with psycopg.connect(database_url, autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(7000)")
        alembic.command.upgrade(config, "head")


def current(connection: "psycopg.Connection[tuple[object, ...]]") -> str | None:
    """The revision a database has; None for an empty one."""
    if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None
