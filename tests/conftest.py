"""The same servers as development and production: one embedded PostgreSQL and Redis for the whole run."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import redis as redis_client
from sqlalchemy import Engine

from infra.database import UnitOfWork, UnitOfWorkFactory, make_engine
from infra.embedded import StoreUrls
from infra.embedded import stores as embedded_stores
from infra.migrate import upgrade

TEMPLATE = "template_parkline"
POOL = 24


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 6, 2, tzinfo=UTC)  # 14:02 in Taipei, a Saturday

    def now(self) -> datetime:
        return self.moment

    def forward(self, **parts: float) -> None:
        self.moment += timedelta(**parts)


@pytest.fixture(scope="session")
def stores(worker_id: str) -> Iterator[StoreUrls]:
    """The servers of this worker of the run; kept between runs, so that a killed run's leftovers are adopted."""
    folder = Path(tempfile.gettempdir()) / f"parkline-tests-{os.getuid()}-{worker_id}"
    with embedded_stores(folder) as urls:
        with psycopg.connect(_database(urls.database, "postgres"), autocommit=True) as admin:
            names = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 't\\_%'").fetchall()
            for (name,) in [*names, (TEMPLATE,)]:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            admin.execute(f"CREATE DATABASE {TEMPLATE}")
        upgrade(_database(urls.database, TEMPLATE))
        yield urls


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """Which worker of a parallel run this is."""
    return os.environ.get("PYTEST_XDIST_WORKER", "single")


@pytest.fixture
def database_url(stores: StoreUrls) -> Iterator[str]:
    """A fresh migrated database."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(_database(stores.database, "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        yield _database(stores.database, name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url, pool_size=POOL, application="tests")
    yield engine
    engine.dispose()


@pytest.fixture
def units(engine: Engine) -> UnitOfWorkFactory:
    """Makes units of work on the fresh database."""
    return lambda: UnitOfWork(engine)


@pytest.fixture
def redis_url(stores: StoreUrls) -> Iterator[str]:
    """An empty Redis."""
    with redis_client.Redis.from_url(stores.redis) as client:
        client.flushall()
    yield stores.redis


@pytest.fixture
def redis(redis_url: str) -> Iterator[redis_client.Redis]:
    with redis_client.Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with the published facts and LINE's API description; cases that need it are skipped without it."""
    folder = Path(os.environ.get("PARKLINE_SHARED", Path(__file__).parent.parent.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}")
    return folder


def _database(url: str, name: str) -> str:
    base, _, query = url.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}?{query}"
