"""The whole house, for pages behind links that are given out in the chat."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import app as front_door
from infra import settings
from infra.embedded import StoreUrls
from infra.keys import with_keys
from wiring import House


@pytest.fixture
def app(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Flask]:
    given = with_keys(settings.load({"PARKLINE_VAR": str(tmp_path)}), tmp_path)
    made = front_door.create_app(given, StoreUrls(database_url, redis_url))
    yield made
    made.extensions["house"].engine.dispose()


@pytest.fixture
def house(app: Flask) -> House:
    found: House = app.extensions["house"]
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
