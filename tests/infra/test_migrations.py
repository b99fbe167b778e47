"""Migrations: one line of revisions that ends at the schema the models and the queue expect."""

import importlib
import pkgutil
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine

import models
from infra import migrations
from infra.database import make_engine
from models.base import Base
from tests import stores

pytestmark = pytest.mark.slow  # migrates databases

# What the queue consists of, by name and definition; names of constraints that PostgreSQL makes up included.
QUEUE = r"""
SELECT 'function', proname || '(' || pg_get_function_identity_arguments(oid) || ')', pg_get_functiondef(oid)
  FROM pg_proc WHERE proname LIKE 'procrastinate\_%'
UNION ALL SELECT 'column', attrelid::regclass || '.' || attname,
    format_type(atttypid, atttypmod) || attnotnull || coalesce(pg_get_expr(adbin, adrelid), '')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attrelid::regclass::text LIKE 'procrastinate\_%' AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'procrastinate\_%'
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
  WHERE conrelid::regclass::text LIKE 'procrastinate\_%'
UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger
  WHERE tgrelid::regclass::text LIKE 'procrastinate\_%' AND NOT tgisinternal
UNION ALL SELECT 'label', typname, enumlabel FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
ORDER BY 1, 2, 3
"""


@pytest.fixture
def empty_url(_admin: stores.Admin, postgres_url: str) -> Iterator[str]:
    with stores.fresh_database(_admin, postgres_url, "template0") as url:
        yield url


def test_the_head_file_names_the_one_newest_revision() -> None:
    script = ScriptDirectory.from_config(Config(migrations.ROOT / "alembic.ini"))
    assert script.get_heads() == [(migrations.ROOT / "migrations" / "head").read_text().strip()]
    assert migrations.head() == script.get_heads()[0]


def test_the_migrated_schema_is_the_models(engine: Engine) -> None:
    for module in pkgutil.iter_modules(models.__path__):
        importlib.import_module(f"models.{module.name}")
    with engine.connect() as connection:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": migrations.is_ours,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
        assert migrations.current(connection) == migrations.head()


def test_the_migrated_queue_is_that_of_the_installed_procrastinate(database_url: str, empty_url: str) -> None:
    with psycopg.connect(database_url) as migrated, psycopg.connect(empty_url) as own:
        own.execute(SchemaManager.get_schema())
        expected = own.execute(QUEUE).fetchall()
        assert len(expected) > 80
        assert migrated.execute(QUEUE).fetchall() == expected


def test_every_revision_can_be_undone_and_done_again(empty_url: str) -> None:
    config = Config(migrations.ROOT / "alembic.ini")
    config.attributes["url"] = empty_url
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    with psycopg.connect(empty_url) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'v')"
        ).fetchall()
        assert left == [("alembic_version",)]
    command.upgrade(config, "head")


def test_a_second_upgrade_finds_nothing_to_do(database_url: str) -> None:
    migrations.upgrade(database_url)


def test_an_empty_database_has_no_revision(empty_url: str) -> None:
    engine = make_engine(empty_url)
    with engine.connect() as connection:
        assert migrations.current(connection) is None
    engine.dispose()
