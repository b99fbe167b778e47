"""/healthz, /readyz and /metrics: for load balancers and operators, never for the public."""

import ipaddress
from collections.abc import Callable
from dataclasses import asdict

import redis as redis_client
import sqlalchemy.exc
import structlog
from flask import Blueprint, Response, abort, jsonify, request

from infra import metrics, migrations
from infra.database import UnitOfWork, UnitOfWorkFactory
from services import operation

WORKER_SILENT_SECONDS = 30.0  # it says every 10 that it lives
INSIDE = [
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]

log = structlog.get_logger(__name__)


def blueprint(
    units: UnitOfWorkFactory,
    redis: Callable[[], redis_client.Redis],
    warning: Callable[[UnitOfWork], str | None] = lambda _uow: None,
) -> Blueprint:
    """The three doors. `redis` makes or gives a client; its absence is told, never fatal. `warning`: a line on what
    is wrong with the settings and could not be seen at the start.
    """
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> Response:
        return Response("OK", mimetype="text/plain")

    @health.get("/readyz")
    def readyz() -> tuple[Response, int]:
        database, worker = _database(units)
        body = {"database": database, "redis": _redis(redis), "worker": worker}
        if database == "ok" and (wrong := _warning(units, warning)):
            body["warning"] = wrong
        return jsonify(body), 200 if database == "ok" else 503

    @health.get("/metrics")
    def show_metrics() -> Response:
        if not _from_inside():
            abort(404)
        return Response(metrics.render(_gauges(units)), content_type=metrics.CONTENT_TYPE)

    return health


def _database(units: UnitOfWorkFactory) -> tuple[str, str]:
    """How the database and, by what it last wrote there, the worker are doing, a word or two each."""
    try:
        with units() as uow:
            revision = migrations.current(uow.connection)
            if revision is None:
                return "empty: run the release step", "unknown"
            if migrations.is_behind(revision):
                return f"schema {revision} is older than this release's {migrations.head()}", "unknown"
            silent = operation.state(uow).worker_silent_seconds
    except sqlalchemy.exc.SQLAlchemyError as error:
        log.warning("not_ready", error=type(error).__name__)
        return "unreachable", "unknown"
    if silent is None:
        return "ok", "none has started"
    return "ok", "ok" if silent < WORKER_SILENT_SECONDS else f"silent for {silent:.0f} s"


def _warning(units: UnitOfWorkFactory, warning: Callable[[UnitOfWork], str | None]) -> str | None:
    try:
        with units() as uow:
            return warning(uow)
    except sqlalchemy.exc.SQLAlchemyError as error:
        log.warning("warning_not_known", error=type(error).__name__)
        return None


def _redis(redis: Callable[[], redis_client.Redis]) -> str:
    try:
        redis().ping()
    except redis_client.RedisError:
        return "unreachable"
    return "ok"


def _gauges(units: UnitOfWorkFactory) -> dict[str, float]:
    try:
        with units() as uow:
            known = asdict(operation.state(uow))
    except sqlalchemy.exc.SQLAlchemyError:
        return {"database_up": 0.0}
    return {"database_up": 1.0} | {name: float(value) for name, value in known.items() if value is not None}


def _from_inside() -> bool:
    """A scraper sits beside the house and comes directly; what a proxy passes on comes from outside."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(address in network for network in INSIDE)
