"""A var/ of its own for tests that start stores or whole processes."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.embedded import stores
from tests.processes import free_port


@pytest.fixture
def var() -> Iterator[Path]:
    """Short enough for sockets; whatever a failed test left running is stopped."""
    with tempfile.TemporaryDirectory(prefix="pl-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path
        if (path / "embedded").exists():
            with stores(path, keep=False):
                pass


@pytest.fixture
def port() -> int:
    """A port nobody has."""
    return free_port()


@pytest.fixture
def environment(var: Path, port: int) -> dict[str, str]:
    """Of `python app.py` in console mode."""
    return {"PARKLINE_VAR": str(var), "PORT": str(port)}
