"""Fixtures for every test: real stores, a movable clock, the shared facts."""

import logging as stdlib_logging
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import redis as redis_client
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import Engine

from adapters.scanning.pipe import Limits
from adapters.scanning.reader import ZxingReader
from infra import logging
from infra.database import UnitOfWork, UnitOfWorkFactory, make_engine
from infra.embedded import StoreUrls
from infra.redis import make_redis
from tests import logs, stores
from tests.browser import chromium
from tests.clock import MovableClock
from tests.compiled import CompiledOnce
from tests.database import OwnDatabase

Flask.jinja_options = {"bytecode_cache": CompiledOnce()}
LEAKS = pytest.StashKey[list[str]]()

hypothesis.settings.register_profile("fast", max_examples=15)  # of make test-fast, where a test sets no number


@pytest.fixture(scope="session")
def store_urls() -> Iterator[StoreUrls]:
    """The stores that all test processes share."""
    with stores.shared_stores() as urls:
        yield urls


@pytest.fixture(scope="session")
def postgres_url(store_urls: StoreUrls) -> str:
    """The test server itself; tests want `database_url`."""
    return store_urls.database


@pytest.fixture(scope="session")
def code_reader() -> Iterator[ZxingReader]:
    """Reads photos; its process is started by the first one. Patient, since a busy machine shall fail no test."""
    reader = ZxingReader(Limits(work=30, wait=60, queue=60))
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def _admin(postgres_url: str) -> Iterator[stores.Admin]:
    with stores.admin(postgres_url) as connection:
        yield connection


@pytest.fixture(scope="session")
def _template(_admin: stores.Admin, postgres_url: str) -> str:
    return stores.migrated_template(_admin, postgres_url)


@pytest.fixture(scope="session")
def _own_database(_admin: stores.Admin, postgres_url: str, _template: str) -> Iterator[OwnDatabase]:
    own = OwnDatabase(_admin, postgres_url, _template)
    yield own
    own.drop()


@pytest.fixture
def database_url(_own_database: OwnDatabase) -> Iterator[str]:
    """A migrated database that is empty, and this test's alone."""
    yield _own_database.url()
    _own_database.empty()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on `database_url`, as web and worker have it."""
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def uow(engine: Engine) -> UnitOfWorkFactory:
    """Opens units of work: `with uow() as unit: …`."""
    return lambda: UnitOfWork(engine)


@pytest.fixture(scope="session")
def _redis_database(store_urls: StoreUrls) -> Iterator[str]:
    with stores.redis_database(store_urls.redis) as url:
        yield url


@pytest.fixture
def redis_url(_redis_database: str) -> str:
    """An empty Redis database of this process's own."""
    with make_redis(_redis_database) as client:
        client.flushdb()
    return _redis_database


@pytest.fixture
def redis(redis_url: str) -> Iterator[redis_client.Redis]:
    """A client on `redis_url`, as web and worker have it."""
    with make_redis(redis_url) as client:
        yield client


@pytest.fixture
def clock() -> MovableClock:
    """A clock that the test moves."""
    return MovableClock()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium for the tests of one module."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of design and facts beside the checkout (PARKLINE_SHARED); tests that compare with it skip without."""
    path = Path(os.environ.get("PARKLINE_SHARED", Path(__file__).parent.parent.parent / "shared"))
    if not path.is_dir():
        pytest.skip(f"no {path}: set PARKLINE_SHARED to the folder of design and facts")
    return path


def pytest_configure() -> None:
    """Log as a process of ours does, into this run's folder. pytest keeps its own watch over uncaught exceptions."""
    hooks = sys.excepthook, threading.excepthook
    logging.configure(logs.own_file().open("a", buffering=1))
    stdlib_logging.captureWarnings(False)
    sys.excepthook, threading.excepthook = hooks


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The last of all: read what every process of the run has logged."""
    if hasattr(session.config, "workerinput"):
        return
    found = logs.leaks(logs.folder())
    session.config.stash[LEAKS] = found
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    else:
        shutil.rmtree(logs.folder(), ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LEAKS, []):
        terminalreporter.write_line(f"personal data in a log: {logs.folder()}/{line}", red=True)
