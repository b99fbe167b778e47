"""Bring a database to the schema of this release, and tell whether it is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from infra.database import make_engine

ROOT = Path(__file__).parent.parent


def upgrade(url: str) -> None:
    """Run every revision not yet run. Raises what PostgreSQL raises; a revision is done whole or not at all."""
    config = _config()
    config.attributes["url"] = url
    command.upgrade(config, "head")


def bring_up_to_date(url: str) -> bool:
    """Upgrade where needed; whether the database was empty before."""
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            before = current(connection)
    finally:
        engine.dispose()
    if before is None or is_behind(before):
        upgrade(url)
    return before is None


@cache
def head() -> str:
    """The newest revision of this release."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(connection: Connection) -> str | None:
    """The revision a database is at; None for an empty one."""
    if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None:
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def is_behind(revision: str) -> bool:
    """Whether a database at `revision` lacks something of this release.

    One that is ahead does not: releases expand first and contract later, so the old one runs on while the new one
    is brought up.
    """
    return revision != head() and revision in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the models speak for a table: the queue's tables are Procrastinate's."""
    return kind != "table" or not (name or "").startswith("procrastinate_")


def _config() -> Config:
    return Config(ROOT / "alembic.ini")
