"""`python app.py` and Procfile's processes: they start, survive, and leave nobody behind."""

import json
import os
import signal
import socket
from pathlib import Path

import pytest

from infra.connections import WEB_PROCESS, WORKER_PROCESS, TooFewConnectionsError, check_room
from infra.embedded_process import pid_in, wait_until
from jobs import worker
from tests.processes import ROOT, children, get, process
from wiring import WEB_THREADS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PRODUCTION = {
    "PUBLIC_URL": "https://parking.example.gov.tw",
    "LINE_CHANNEL_SECRET": "s" * 32,
    "LINE_CHANNEL_ACCESS_TOKEN": "t" * 32,
    "LINE_API_URL": "http://127.0.0.1:9",
    "DATA_KEYS": "n" * 43 + "=",
    "SESSION_KEY": "k" * 32,
}
READY = "ParkLine is running. Open http://localhost:"


def readiness(port: int) -> dict[str, str]:
    status, body = get(port, "/readyz")
    return {"status": str(status), **(json.loads(body) if body else {})}


def all_well(port: int) -> bool:
    return readiness(port) == {"status": "200", "database": "ok", "redis": "ok", "worker": "ok"}


def postmaster(var: Path) -> int | None:
    return pid_in(var / "embedded" / "stores" / "postgresql" / "postmaster.pid")


def gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}/exe").exists() for pid in pids)


def test_it_starts_mends_its_worker_and_stops(environment: dict[str, str], var: Path, port: int) -> None:
    with process(["app.py"], environment) as app:
        assert app.says(f"{READY}{port}/console/")
        assert wait_until(lambda: all_well(port), 20), readiness(port)
        assert get(port, "/console/")[0] == 200
        assert "Plates to try: ABC-1235 三筆一般停車單, " in app.output
        with socket.socket() as outside, pytest.raises(OSError, match="refused"):
            outside.connect(("127.0.0.2", port))  # loopback's one address only, not every one

        # A killed worker is started again.
        below = children(app.process.pid)
        (worker_pid,) = [pid for pid, command in below.items() if "jobs.worker" in command]
        os.kill(worker_pid, signal.SIGKILL)
        assert app.says("worker ended (status -9): starting it again.")

        pids = list(children(app.process.pid))
        assert app.terminate() == 0
        assert wait_until(lambda: gone(pids), 5)
        assert wait_until(lambda: postmaster(var) is None, 5)
        assert get(port, "/healthz") == (0, "")


def test_a_killed_supervisor_leaves_nobody_holding_the_port(environment: dict[str, str], var: Path, port: int) -> None:
    with process(["app.py"], environment) as app:
        assert app.says(READY)
        pids = list(children(app.process.pid))
        app.process.kill()
        app.process.wait(10)
        assert wait_until(lambda: gone(pids), 30)
    with process(["app.py"], environment) as again:  # adopts the stores, finds the port free
        assert again.says(READY)
        assert again.terminate() == 0


def test_a_port_in_use_is_one_line(environment: dict[str, str], port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with process(["app.py"], environment) as app:
            assert app.process.wait(30) == 2
            assert app.output.count("\n") == 1
            assert app.output.startswith(f"PORT: {port} cannot be used")


@pytest.mark.parametrize(
    "arguments",
    [
        ["app.py"],
        ["-m", "jobs.worker"],
        ["-m", "gunicorn", "-c", "gunicorn.conf.py", "app:create_app()"],
        ["-m", "flask", "--app", "app", "migrate"],
    ],
    ids=["everything", "worker", "web", "command"],
)
def test_a_bad_setting_is_one_line_that_names_it(environment: dict[str, str], arguments: list[str]) -> None:
    with process(arguments, {**environment, "SESSION_KEY": "too short to be safe"}) as app:
        assert app.process.wait(30) != 0
        assert "SESSION_KEY: each key must have 32 characters or more" in app.output
        assert "too short" not in app.output
        assert "Traceback" not in app.output


@pytest.mark.parametrize("arguments", [["app.py"], ["-m", "gunicorn", "-c", "gunicorn.conf.py", "app:create_app()"]])
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PAYBILL_CITIES", "XXX", "PAYBILL_CITIES: no city XXX in cities.toml"),
        ("PAYBILL_TPE_URL", "ftp://city", "PAYBILL_TPE_URL: must be an http(s) address without query"),
        ("PAYBILL_TPEE_URL", "https://city", "PAYBILL_TPEE_URL: no city TPEE in cities.toml"),
    ],
)
def test_a_bad_city_is_one_line_before_anything_starts(
    environment: dict[str, str], var: Path, arguments: list[str], name: str, value: str, said: str
) -> None:
    with process(arguments, {**environment, **PRODUCTION, name: value}) as app:
        assert app.process.wait(30) != 0
        assert app.output.splitlines() == [said]
        assert list(var.glob("embedded")) == []


def test_a_database_that_cannot_be_reached_is_one_line(environment: dict[str, str]) -> None:
    nowhere = {"DATABASE_URL": "postgresql://clerk:hidden@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9"}
    with process(["app.py"], {**environment, **nowhere}) as app:
        assert app.process.wait(30) == 2
        assert app.output.splitlines() == ["DATABASE_URL: PostgreSQL cannot be reached, or does not let us in"]


def test_procfiles_web_refuses_console_mode(environment: dict[str, str]) -> None:
    with process(["-m", "gunicorn", "-c", "gunicorn.conf.py", "app:create_app()"], environment) as web:
        assert web.process.wait(30) != 0
        assert "LINE_CHANNEL_SECRET: not set" in web.output
        assert "Traceback" not in web.output


def test_procfiles_processes_on_a_citys_own_stores(database_url: str, redis_url: str, port: int, var: Path) -> None:
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PORT": str(port),
        **PRODUCTION,
        "PARKLINE_VAR": str(var),
        "PROMETHEUS_MULTIPROC_DIR": str(var / "metrics"),
        "WEB_CONCURRENCY": "2",
    }
    with process(["-m", "flask", "--app", "app", "migrate"], environment) as release:
        assert release.process.wait(60) == 0
    with (
        process(["-m", "gunicorn", "-c", "gunicorn.conf.py", "app:create_app()"], environment) as web,
        process(["-m", "jobs.worker"], environment) as worker_process,
    ):
        assert wait_until(lambda: all_well(port), 40), readiness(port)
        assert get(port, "/console/")[0] == 404
        for started in (web, worker_process):
            assert started.output.count("SMS_GATEWAY: console with a real LINE channel") == 1, (
                "codes would reach nobody"
            )
        status, text = get(port, "/metrics")
        assert status == 200
        assert "parkline_database_up 1.0" in text
        assert 'parkline_http_request_seconds_count{method="GET",rule="(none)",status="404"} 1.0' in text
        assert worker_process.terminate(10) == 0
        assert web.terminate(15) == 0
        assert list(var.glob("embedded")) == []


def test_too_few_connections_is_one_line(database_url: str) -> None:
    with pytest.raises(TooFewConnectionsError, match="but 10000 and 5 in reserve are needed here") as caught:
        check_room(database_url, 10_000)
    assert "\n" not in str(caught.value)
    check_room(database_url, 10)
    check_room("postgresql://postgres@127.0.0.1:9/nobody", 10)  # who cannot be asked is waited for elsewhere


def test_a_web_that_would_take_too_many_connections_does_not_start(
    database_url: str, redis_url: str, environment: dict[str, str]
) -> None:
    city = {**environment, **PRODUCTION, "DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with process(
        ["-m", "gunicorn", "-c", "gunicorn.conf.py", "app:create_app()"], city | {"WEB_CONCURRENCY": "99"}
    ) as web:
        assert web.process.wait(30) != 0
        assert "PostgreSQL has room for" in web.output
        assert "Traceback" not in web.output


def test_the_numbers_of_connections_are_those_that_are_used() -> None:
    assert f"threads = {WEB_THREADS} " in (ROOT / "gunicorn.conf.py").read_text()
    assert 2 * WEB_THREADS == WEB_PROCESS
    pumps = 2
    assert worker.HOUSE_CONNECTIONS + pumps + worker.QUEUE_CONNECTIONS == WORKER_PROCESS
