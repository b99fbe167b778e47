"""What every answer of the web has: headers, a size limit, a request id, kind error pages; health and metrics."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from flask import Flask, request
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from infra import metrics
from infra.database import UnitOfWork, UnitOfWorkFactory, make_engine
from infra.redis import make_redis
from tests.processes import process
from web import health, security

BROWSER = {"Accept": "text/html"}


def make_app(public_url: str = "https://parking.example.gov.tw") -> Flask:
    app = Flask("test", static_folder=None)
    security.protect(app, public_url=public_url)

    @app.get("/breaks/<what>")
    def breaks(what: str) -> str:
        raise ValueError(f"cannot read {what}")

    @app.post("/takes")
    def takes() -> str:
        return str(len(request.get_data()))

    @app.get("/page")
    def page() -> str:
        structlog.get_logger().info("inside")
        return "<p>"

    return app


@pytest.fixture
def client() -> FlaskClient:
    return make_app().test_client()


def test_every_answer_has_strict_headers(client: FlaskClient) -> None:
    for path in ("/page", "/nothing/here", "/breaks/x"):
        headers = client.get(path, headers=BROWSER).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in make_app("http://localhost:8000").test_client().get("/page").headers


@pytest.mark.parametrize(
    ("method", "path", "status", "says"),
    [
        ("GET", "/nothing/here", 404, "找不到這個頁面"),
        ("DELETE", "/page", 405, "這個動作無法進行"),
        ("GET", "/breaks/x", 500, "系統發生問題"),
    ],
)
def test_errors_are_told_kindly_in_both_languages(
    client: FlaskClient, method: str, path: str, status: int, says: str
) -> None:
    page = client.open(path, method=method, headers=BROWSER)
    assert page.status_code == status
    assert says in page.text
    assert 'lang="en"' in page.text
    told = client.open(path, method=method, headers={"Accept": "application/json"})
    assert told.status_code == status
    assert told.is_json


def test_the_allowed_methods_are_told(client: FlaskClient) -> None:
    assert "GET" in client.delete("/page").headers["Allow"]


def test_a_crash_tells_a_number_that_is_in_the_log_and_nothing_else(client: FlaskClient) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        page = client.get("/breaks/ABC-1234", headers=BROWSER)
    assert "ABC-1234" not in page.text
    assert "ValueError" not in page.text
    (failed,) = [line for line in lines if line["event"] == "request_failed"]
    assert f"編號 {failed['request_id']}" in page.text


def test_an_access_line_names_the_rule_never_the_path(client: FlaskClient) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        client.get("/breaks/ABC-1234")
        client.get("/no/such/ABC-1234")
    access = [line for line in lines if line["event"] == "request"]
    assert [(line["rule"], line["status"], line["ip"]) for line in access] == [
        ("/breaks/<what>", 500, "127.0.0.1"),
        ("(none)", 404, "127.0.0.1"),
    ]
    assert "ABC-1234" not in json.dumps(access)
    assert access[0]["request_id"] != access[1]["request_id"]


def test_too_large_a_body_is_refused(client: FlaskClient) -> None:
    assert client.post("/takes", data=b"x" * security.MOST_BODY_BYTES).text == str(security.MOST_BODY_BYTES)
    assert client.post("/takes", data=b"x" * (security.MOST_BODY_BYTES + 1)).status_code == 413


# Health


@pytest.fixture
def healthy(uow: UnitOfWorkFactory, redis_url: str) -> Iterator[FlaskClient]:
    app = make_app()
    with make_redis(redis_url) as client:
        app.register_blueprint(health.blueprint(uow, lambda: client))
        yield app.test_client()


def test_ready_with_database_and_schema(healthy: FlaskClient) -> None:
    assert healthy.get("/healthz").text == "OK"
    answer = healthy.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "redis": "ok", "worker": "none has started"})


def test_a_silent_worker_and_an_absent_redis_are_told_but_no_cause(uow: UnitOfWorkFactory) -> None:
    with uow() as unit:
        unit.driver.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '40 seconds')")
    app = make_app()
    app.register_blueprint(health.blueprint(uow, lambda: make_redis("redis://127.0.0.1:9")))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"database": "ok", "redis": "unreachable", "worker": "silent for 40 s"}


@pytest.mark.parametrize(
    ("revision", "status", "told"),
    [
        ("0001_conversation", 503, "schema 0001_conversation is older than this release's"),
        ("9999_of_a_newer_release", 200, "ok"),
        (None, 503, "empty: run the release step"),
    ],
)
def test_an_old_schema_is_not_ready_a_newer_one_is(
    uow: UnitOfWorkFactory, healthy: FlaskClient, revision: str | None, status: int, told: str
) -> None:
    with uow() as unit:
        if revision:
            unit.driver.execute("UPDATE alembic_version SET version_num = %s", (revision,))
        else:
            unit.driver.execute("DROP TABLE alembic_version")
    answer = healthy.get("/readyz")
    assert answer.status_code == status
    assert answer.get_json()["database"].startswith(told)


def test_an_absent_database_is_not_ready_and_metrics_say_so(redis_url: str) -> None:
    app = make_app()
    engine = make_engine("postgresql://postgres@127.0.0.1:9/nobody")
    app.register_blueprint(health.blueprint(lambda: UnitOfWork(engine), lambda: make_redis(redis_url)))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["database"]) == (503, "unreachable")
    assert "parkline_database_up 0.0" in app.test_client().get("/metrics").text


def test_metrics_are_for_the_inside_only_and_tell_what_waits(healthy: FlaskClient, uow: UnitOfWorkFactory) -> None:
    with uow() as unit:
        unit.driver.execute(
            "INSERT INTO inbound_event (event_id, channel, lane, happened_at, received_at)"
            " VALUES ('e', 'c', 'l', 0, now() - interval '90 seconds')"
        )
    for outside in ("203.0.113.7", "2001:4860::1"):
        assert healthy.get("/metrics", environ_base={"REMOTE_ADDR": outside}).status_code == 404
    assert healthy.get("/metrics", headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 404, "through a proxy"
    for inside in ("127.0.0.1", "10.1.2.3", "::1"):
        text = healthy.get("/metrics", environ_base={"REMOTE_ADDR": inside}).text
        (oldest,) = [line for line in text.splitlines() if line.startswith("parkline_oldest_event_seconds ")]
        assert 89 < float(oldest.split()[1]) < 150
        assert "parkline_events_waiting 1.0" in text


def test_metrics_of_several_processes_are_added_up(tmp_path: Path) -> None:
    count = "from infra.metrics import JOBS; JOBS.labels('t', 'done').observe(1)"
    environment = {metrics.SHARED: str(tmp_path / "metrics")}
    for _ in range(2):
        with process(["-c", count], environment) as one:
            assert one.process.wait(30) == 0
    with process(["-c", "from infra.metrics import render; print(render({}).decode())"], environment) as reader:
        assert reader.process.wait(30) == 0
        assert 'parkline_job_seconds_count{outcome="done",task="t"} 2.0' in reader.output
    metrics.clear(tmp_path / "metrics")
    assert list((tmp_path / "metrics").iterdir()) == []
