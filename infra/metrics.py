"""Prometheus metrics of all processes that share PROMETHEUS_MULTIPROC_DIR: web's workers and the worker.

Labels are few and never personal: a route's rule, never its path.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

SHARED = "PROMETHEUS_MULTIPROC_DIR"
if SHARED in os.environ:  # the library wants the folder before it is imported
    Path(os.environ[SHARED]).mkdir(parents=True, exist_ok=True)

import prometheus_client  # noqa: E402
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, multiprocess  # noqa: E402

CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST

REQUESTS = Histogram(
    "parkline_http_request_seconds",
    "Requests answered, by route and status.",
    ["method", "rule", "status"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
JOBS = Histogram(
    "parkline_job_seconds",
    "Jobs run by the worker, by task and outcome.",
    ["task", "outcome"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60),
)
RESTARTS = Counter("parkline_component_restarts_total", "Pumps and the queue, started again after an error.", ["name"])
CITY_ANSWERS = Counter(
    "parkline_city_answers_total", "Answers of the cities' bill APIs, and why there was none.", ["city", "outcome"]
)
PHOTOS = Counter("parkline_photos_total", "Photos looked into for codes, and why one could not be.", ["outcome"])
WATCH_WAITING = Gauge(
    "parkline_watch_waiting",
    "Plates whose turn to be asked about at a city has come.",
    ["city"],
    multiprocess_mode="mostrecent",
)
WATCH_LATE = Gauge(
    "parkline_watch_late_seconds",
    "How long the plate has waited whose turn at a city came first.",
    ["city"],
    multiprocess_mode="mostrecent",
)
WATCH_OLDEST = Gauge(
    "parkline_watch_oldest_answer_seconds",
    "Age of the oldest answer of a city about a watched plate.",
    ["city"],
    multiprocess_mode="mostrecent",
)
CASES_LATE = Gauge(
    "parkline_cases_late",
    "Cases of the service desk that have waited for an answer longer than it promises.",
    multiprocess_mode="mostrecent",
)
PROVIDER_GONE = Counter(
    "parkline_payment_provider_gone_total",
    "Attempts that nobody could ask about: their provider has no settings any longer.",
    ["provider"],
)


class Sample(NamedTuple):
    """One figure, as /metrics has it."""

    name: str
    labels: Mapping[str, str]
    value: float


def render(now: dict[str, float]) -> bytes:
    """Everything in Prometheus text. `now`: gauges that are only known by asking at this moment."""
    registry = _registry()
    for name, value in now.items():
        Gauge(f"parkline_{name}", name.replace("_", " ") + ".", registry=registry).set(value)
    return prometheus_client.generate_latest(registry)


def samples(*names: str) -> Sequence[Sample]:
    """The present figures of these names, of all processes."""
    found = (sample for metric in _registry().collect() for sample in metric.samples)
    return [Sample(one.name, one.labels, one.value) for one in found if one.name in names]


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    if SHARED in os.environ:
        multiprocess.MultiProcessCollector(registry)
    else:
        registry.register(REQUESTS)
        registry.register(JOBS)
        registry.register(RESTARTS)
        registry.register(CITY_ANSWERS)
        registry.register(PHOTOS)
        for gauge in (WATCH_WAITING, WATCH_LATE, WATCH_OLDEST, CASES_LATE):
            registry.register(gauge)
        registry.register(PROVIDER_GONE)
    return registry


def process_is_gone(pid: int) -> None:
    """What that process counted stays; what it showed as its present state goes."""
    if SHARED in os.environ:
        multiprocess.mark_process_dead(pid)


def clear(folder: Path) -> None:
    """Drop the files of an earlier run, whose process ids may come again. Call before any process starts."""
    for path in folder.glob("*.db"):
        path.unlink(missing_ok=True)
