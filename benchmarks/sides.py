"""The sides of a comparison: ParkLine as it is deployed, the SDK's example, and a bare Flask."""

import base64
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.ground import DATA_KEY, Ground
from benchmarks.line import Line
from benchmarks.processes import Servers, free_port

WEB = ("-m", "gunicorn", "-c", "gunicorn.conf.py")
OURS = (*WEB, "app:create_app()")
WORKER = ("-m", "jobs.worker")
DAYTIME_WORKER = ("-m", "benchmarks.daytime_worker")
PLAIN = ("-m", "gunicorn", "-c", os.devnull, "--log-level", "error", "--keep-alive", "75")  # not our gunicorn.conf.py


@contextmanager
def ours(
    ground: Ground,
    database: str,
    line: Line,
    *,
    line_url: str | None = None,
    worker: bool = True,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Servers]:
    """Web and worker of ParkLine, with the settings of a deployment that asks no city and collects its own ledger.

    `settings`: more of them, or others.
    """
    port = free_port()
    environment = _deployment(ground, line, port) | {"DATABASE_URL": database, "LINE_API_URL": line_url or line.url}
    environment |= settings or {}
    commands: list[Sequence[str]] = [OURS, WORKER] if worker else [OURS]
    with Servers(commands, environment, port, ground.folder / "ours.log") as servers:
        yield servers


@contextmanager
def workers(ground: Ground, database: str, line: Line, count: int) -> Iterator[Servers]:
    """Workers alone, with the same settings, by day."""
    environment = _deployment(ground, line, free_port()) | {"DATABASE_URL": database, "LINE_API_URL": line.url}
    with Servers([DAYTIME_WORKER] * count, environment, None, ground.folder / "workers.log") as servers:
        yield servers


@contextmanager
def bare(ground: Ground, line: Line) -> Iterator[Servers]:
    """A bare Flask under our own gunicorn settings."""
    port = free_port()
    command = (*WEB, "benchmarks.peers.bare:app")
    with Servers([command], _deployment(ground, line, port), port, ground.folder / "bare.log") as servers:
        yield servers


def _deployment(ground: Ground, line: Line, port: int) -> dict[str, str]:
    return {
        "PORT": str(port),
        "PUBLIC_URL": "https://parkline.example",
        "REDIS_URL": ground.redis,
        "LINE_CHANNEL_SECRET": line.secret,
        "LINE_CHANNEL_ACCESS_TOKEN": line.token,
        "PAYBILL_CITIES": "",
        "DATA_KEYS": base64.urlsafe_b64encode(DATA_KEY).decode(),
        "SESSION_KEY": secrets.token_urlsafe(48),
        "PARKLINE_VAR": str(ground.folder / "var"),
        "PROMETHEUS_MULTIPROC_DIR": str(ground.folder / f"metrics-{port}"),
    }


@contextmanager
def sdk_example(ground: Ground, database: str, line: Line, card: Path, gunicorn: Sequence[str]) -> Iterator[Servers]:
    """The SDK's example; `gunicorn` is one of the settings it is tried with."""
    port = free_port()
    threads = gunicorn[gunicorn.index("--threads") + 1] if "--threads" in gunicorn else "1"
    environment = {
        "DATABASE_URL": database,
        "LINE_API_URL": line.url,
        "LINE_CHANNEL_SECRET": line.secret,
        "LINE_CHANNEL_ACCESS_TOKEN": line.token,
        "PEER_CARD": str(card),
        "PEER_THREADS": threads,
    }
    command = (*PLAIN, "--bind", f"127.0.0.1:{port}", *gunicorn, "benchmarks.peers.sdk_example:app")
    with Servers([command], environment, port, ground.folder / "sdk.log") as servers:
        yield servers
