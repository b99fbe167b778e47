"""Slow senders, over real sockets: they get no answer that others wait for, and no thread for longer than a while."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request

from infra.embedded_process import wait_until
from infra.patience import REQUEST_SECONDS, PatientThreads, TimedReader
from tests.processes import ROOT, process
from web import security

THREADS = 2
SHORT = 0.5  # seconds; what the test's worker waits


class Impatient(PatientThreads):
    """The same, for a test's time."""

    seconds = SHORT


def create_app() -> Flask:
    """Says how much was sent."""
    app = Flask(__name__)
    security.protect(app, public_url="http://localhost")
    app.add_url_rule("/", "size", lambda: str(len(request.get_data())), methods=["GET", "POST"])
    return app


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Path]:
    """The socket of a gunicorn with few threads, which are all there are."""
    path, settings = tmp_path / "door", tmp_path / "none.py"
    settings.touch()
    given = [
        "-c",
        str(settings),
        "-b",
        f"unix:{path}",
        "-k",
        "tests.infra.test_patience.Impatient",
        "--threads",
        str(THREADS),
    ]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "HOME": os.environ.get("HOME", "/")}
    arguments = ["-m", "gunicorn", *given, "tests.infra.test_patience:create_app()"]
    with process(arguments, environment) as web:
        assert wait_until(path.exists, 30), web.output
        yield path


def sender(door: Path, sent: bytes) -> socket.socket:
    """Somebody who has sent this much so far."""
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(20)
    made.connect(str(door))
    made.sendall(sent)
    return made


def head(length: int) -> bytes:
    return f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()


def answer(of: socket.socket) -> bytes:
    """Its head and the one byte of its body, which may come apart."""
    said = b""
    while not said.partition(b"\r\n\r\n")[2] and (more := of.recv(4_096)):
        said += more
    return said


def test_what_comes_in_time_is_read(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    reader = TimedReader(ours)
    reader.begin(REQUEST_SECONDS)
    theirs.sendall(b"all of it")
    assert reader.chunk() == b"all of it"
    assert ours.gettimeout() is None, "answers are sent without hurry"


def test_who_is_late_is_gone_for_good(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    reader = TimedReader(ours)
    reader.begin(0.01)
    assert reader.chunk() == b""
    theirs.sendall(b"GET /another HTTP/1.1\r\n\r\n")
    reader.begin(REQUEST_SECONDS)
    assert reader.chunk() == b"", "what comes now may be the middle of a body: it is no next request"


def test_a_shorter_patience_of_gunicorns_own_is_kept(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    reader = TimedReader(ours)
    reader.begin(REQUEST_SECONDS)
    ours.settimeout(0.01)
    with pytest.raises(TimeoutError):
        reader.chunk()


@pytest.mark.slow  # starts a process
def test_slow_senders_keep_nobody_out(door: Path) -> None:
    """More of them than threads, some in their heads, some in their bodies."""
    slow = [sender(door, sent) for sent in (b"POST / HT", head(1_000) + b"x", head(2_000_000)) for _ in range(THREADS)]
    try:
        began = time.monotonic()
        with sender(door, head(3) + b"abc") as quick:
            assert answer(quick).endswith(b"3")
        assert time.monotonic() - began < SHORT * len(slow) + 10
        answers = [one.recv(4_096) for one in slow]
        assert all(not answer or b" 400 " in answer.splitlines()[0] for answer in answers), answers
    finally:
        for one in slow:
            one.close()


def test_it_is_what_gunicorn_runs() -> None:
    assert 'worker_class = "infra.patience.PatientThreads"' in (ROOT / "gunicorn.conf.py").read_text()
