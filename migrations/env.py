"""Runs migrations. The address comes from whoever calls: infra/migrate.py, or DATABASE_URL for `alembic` by hand."""

import importlib
import os
import pkgutil

from alembic import context
from sqlalchemy import text

import models
from infra.database import make_engine
from models.base import Base

LOCK_SECONDS = 5  # a migration that cannot have its lock soon gives up instead of stopping the city
STATEMENT_SECONDS = 600

for module in pkgutil.iter_modules(models.__path__):
    importlib.import_module(f"models.{module.name}")


def run() -> None:
    url = context.config.attributes.get("database_url") or os.environ["DATABASE_URL"]
    engine = make_engine(url, pool_size=1, application="parkline migrate")
    with engine.connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_SECONDS}s'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
