"""How Alembic reaches the database: one connection, one lock, a transaction per revision, short waits for locks."""

import importlib
import os
import pkgutil

from alembic import context
from sqlalchemy import create_engine, pool, text

import models
from infra.database import driver_url
from infra.migrations import is_ours
from models.base import Base

LOCK_SECONDS = 3  # a migration that cannot have its lock gives up rather than queue every citizen behind it
STATEMENT_SECONDS = 900
RELEASE_LOCK = 7_100  # two releases at once: the second waits, then finds nothing to do

for module in pkgutil.iter_modules(models.__path__):
    importlib.import_module(f"models.{module.name}")


def migrate() -> None:
    """Run the revisions on DATABASE_URL, or on the URL that infra/migrations.py was given."""
    url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
    engine = create_engine(driver_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": RELEASE_LOCK})
        connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_SECONDS}s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=is_ours,
            compare_type=True,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


if context.is_offline_mode():
    raise SystemExit("migrations run against a database only")
migrate()
