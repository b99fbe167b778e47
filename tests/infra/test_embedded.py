"""The embedded stores: attached to, adopted after a kill, gone when the last one leaves."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from infra import settings
from infra.embedded import store_urls, stores
from infra.embedded_process import EmbeddedError, alive, pid_in, wait_until
from infra.embedded_redis import RedisServer

pytestmark = pytest.mark.slow  # servers start and stop in every test

USER = """
import signal, sys
from pathlib import Path
from infra.embedded import stores
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with stores(Path(sys.argv[1])) as urls:
    print(urls.database, urls.redis, flush=True)
    signal.pause()
"""


@contextmanager
def another_process(var: Path) -> Iterator[tuple["subprocess.Popen[str]", list[str]]]:
    """A process inside stores(var), and the two URLs it was given."""
    with subprocess.Popen([sys.executable, "-c", USER, str(var)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split()
        finally:
            process.kill()


def server_pids(var: Path) -> dict[str, int | None]:
    home = var / "embedded" / "stores"
    return {
        "postgres": pid_in(home / "postgresql" / "postmaster.pid"),
        "redis-server": pid_in(home / "redis" / "redis.pid"),
    }


def running(pids: dict[str, int | None]) -> list[str]:
    return [program for program, pid in pids.items() if alive(pid, program)]


def test_a_second_process_attaches_and_the_last_to_leave_stops_them(var: Path) -> None:
    with another_process(var) as (first, first_urls):
        pids = server_pids(var)
        with stores(var) as urls:
            assert [urls.database, urls.redis] == first_urls
            assert server_pids(var) == pids
            first.send_signal(signal.SIGTERM)
            assert first.wait(20) == 0
            assert running(pids) == ["postgres", "redis-server"], "we are still inside"
            with psycopg.connect(urls.database) as connection:
                assert connection.execute("SHOW fsync").fetchone() == ("on",)
                assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
                assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    assert running(pids) == []


def test_sigterm_leaves_no_process(var: Path) -> None:
    with another_process(var) as (process, _urls):
        pids = server_pids(var)
        assert running(pids) == ["postgres", "redis-server"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert running(pids) == []


def test_after_sigkill_the_next_one_adopts_the_servers_with_their_data(var: Path) -> None:
    with another_process(var) as (process, urls):
        with psycopg.connect(urls[0]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
        process.kill()
        process.wait(20)
    pids = server_pids(var)
    assert running(pids) == ["postgres", "redis-server"]
    with stores(var) as adopted:
        assert server_pids(var) == pids
        with psycopg.connect(adopted.database) as connection:
            assert connection.execute("SELECT seven FROM kept").fetchone() == (7,)
    assert running(pids) == []


def test_servers_that_were_killed_too_are_started_again_with_their_data(var: Path) -> None:
    with another_process(var) as (process, urls):
        with psycopg.connect(urls[0]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
        pids = server_pids(var)
        for victim in (process.pid, *filter(None, pids.values())):
            os.kill(victim, signal.SIGKILL)
        process.wait(20)
    assert wait_until(lambda: not running(pids), 10)
    with stores(var) as again, psycopg.connect(again.database) as connection:
        assert connection.execute("SELECT seven FROM kept").fetchone() == (7,)
        assert redis.Redis.from_url(again.redis).ping()


def test_a_pid_file_that_names_somebody_else_is_cleared(var: Path) -> None:
    with stores(var):
        pass
    home = var / "embedded" / "stores"
    user = "nobody" if os.geteuid() == 0 else None  # the server's own user: of others PostgreSQL knows by itself
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, user=user) as somebody:
        (home / "postgresql" / "postmaster.pid").write_text(f"{somebody.pid}\n{home}\n")
        (home / "redis" / "redis.pid").write_text(f"{somebody.pid}\n")
        with stores(var) as urls, psycopg.connect(urls.database) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert somebody.poll() is None


def test_a_long_path_that_others_cannot_enter_works_too(var: Path) -> None:
    hidden = var / ("long" * 25)
    hidden.mkdir(mode=0o700)
    with stores(hidden, keep=False) as urls:
        home = (hidden / "embedded" / "stores").resolve()
        with psycopg.connect(urls.database) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis.from_url(urls.redis).ping()
    assert not home.exists()


def test_a_store_that_cannot_start_is_one_line_and_leaves_nothing(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.embedded_redis.START_SECONDS", 0.2)
    monkeypatch.setattr(RedisServer, "_answers", lambda self: False)
    with pytest.raises(EmbeddedError, match="the embedded Redis does not start") as caught, stores(var):
        pass
    assert "\n" not in str(caught.value)
    assert running(server_pids(var)) == []


def test_a_bad_setting_is_one_line_of_the_servers_log(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.embedded_postgresql.ORPHANS_SECONDS", 0.2)
    with (
        pytest.raises(EmbeddedError, match="the embedded PostgreSQL does not start") as caught,
        stores(var, settings={"max_connections": "'many'"}),
    ):
        pass
    assert "\n" not in str(caught.value)
    assert running(server_pids(var)) == []


def test_only_what_is_unset_is_started(var: Path) -> None:
    elsewhere = "postgresql://city@db.example/parkline"
    given = settings.load({"DATABASE_URL": elsewhere, "PARKLINE_VAR": str(var)})
    with store_urls(given) as urls:
        assert urls.database == elsewhere
        assert redis.Redis.from_url(urls.redis).ping()
        assert running(server_pids(var)) == ["redis-server"]
    assert running(server_pids(var)) == []


def test_nothing_is_started_when_both_are_set(var: Path) -> None:
    given = settings.load({"DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://z", "PARKLINE_VAR": str(var)})
    with store_urls(given) as urls:
        assert (urls.database, urls.redis) == ("postgresql://x/y", "redis://z")
    assert list(var.iterdir()) == []
