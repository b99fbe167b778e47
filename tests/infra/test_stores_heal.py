"""Killed stores come back by themselves under `python app.py`: nothing kept is lost, nobody else has to start again."""

import fcntl
import http.client
import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from infra import settings
from infra.embedded import DATABASE, StoreUrls, mend
from infra.embedded_process import alive, pid_in, wait_until
from infra.embedded_redis import redis_socket
from infra.keys import with_keys
from tests.infra.test_everything_runs import READY, all_well, readiness
from tests.processes import process
from tests.webhook.bodies import Bodies
from web.console.lineapi.events import SIGNATURE_HEADER, Event, Events, sign
from wiring import House

PROGRAMS = {"postgresql": "postgres", "redis": "redis-server"}
CITIZEN = "U" + "7" * 32


class Own:
    """The embedded stores under a var/, seen from outside."""

    def __init__(self, var: Path) -> None:
        self.lock = var / "embedded" / "lock"
        self._home = (var / "embedded" / "stores").resolve()
        self._run = (self._home / "run").resolve()

    def pids(self) -> dict[str, int]:
        files = {
            "postgresql": self._home / "postgresql" / "postmaster.pid",
            "redis": self._home / "redis" / "redis.pid",
        }
        found = {name: pid_in(file) for name, file in files.items()}
        return {name: pid for name, pid in found.items() if pid and alive(pid, PROGRAMS[name])}

    def kill(self) -> None:
        for pid in self.pids().values():
            os.kill(pid, signal.SIGKILL)

    def database(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(host=str(self._run), user="postgres", dbname=DATABASE, autocommit=True)

    def redis(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(redis_socket(self._run)))

    @contextmanager
    def nobody_starts_them(self) -> Iterator[None]:
        """An outage that lasts as long as it is looked at."""
        with self.lock.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class Deliveries:
    """LINE's deliveries to a house in console mode."""

    def __init__(self, var: Path, port: int) -> None:
        given = with_keys(settings.load({"PARKLINE_VAR": str(var)}), var)
        self._secret = House(given, StoreUrls("", ""), connections=1, name="test").channel_secrets[0]
        self._port = port
        self.events: Events = Bodies.events()

    def deliver(self, event: Event) -> int:
        """The status it is answered with."""
        body = self.events.body([event])
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)) as connection:
            connection.request("POST", "/callback", body, {SIGNATURE_HEADER: sign(body, self._secret)})
            return connection.getresponse().status


def done(own: Own, event: Event) -> bool:
    """Whether the worker has finished with it."""
    with own.database() as connection:
        row = connection.execute(
            "SELECT done_at IS NOT NULL FROM inbound_event WHERE event_id = %s", (event["webhookEventId"],)
        ).fetchone()
    return row == (True,)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_both_killed_are_started_again_and_the_worker_catches_up(
    environment: dict[str, str], var: Path, port: int
) -> None:
    with process(["app.py"], environment) as app:
        assert app.says(READY)
        assert wait_until(lambda: all_well(port), 20), readiness(port)
        own, line = Own(var), Deliveries(var, port)
        before, during = (line.events.text(CITIZEN, "說明") for _ in range(2))
        assert line.deliver(before) == 200
        assert wait_until(lambda: done(own, before), 20)
        with own.redis() as client:
            client.set("kept", "7")
        first = own.pids()
        assert sorted(first) == ["postgresql", "redis"]

        with own.nobody_starts_them():
            own.kill()
            assert wait_until(lambda: own.pids() == {}, 10)
            assert line.deliver(during) == 503
            assert wait_until(lambda: readiness(port)["status"] == "503", 20)

        assert app.says("postgresql ended: started it again, with its data.")
        assert app.says("redis ended: started it again, with its data.")
        assert wait_until(lambda: all_well(port), 40), readiness(port)
        again = own.pids()
        assert sorted(again) == ["postgresql", "redis"]
        assert not set(again.values()) & set(first.values())
        with own.redis() as client:
            assert client.get("kept") == b"7"
        assert done(own, before)
        assert line.deliver(during) == 200
        assert wait_until(lambda: done(own, during), 20)
        assert "web ended" not in app.output, "the stores alone start again"
        assert app.terminate() == 0
        assert own.pids() == {}


def test_a_citys_own_stores_are_not_ours_to_mend(var: Path) -> None:
    given = settings.load({"DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://z", "PARKLINE_VAR": str(var)})
    assert mend(given) == []
    assert list(var.iterdir()) == []
