"""gunicorn's settings: threads, loopback in console mode, logs through our net, stores opened after fork."""

import gc
import os
import sys
from pathlib import Path

from gunicorn.glogging import Logger

ROOT = Path(__file__).parent
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(ROOT / "var" / "metrics"))

from adapters.bills.cities import load_cities  # noqa: E402
from infra import metrics  # noqa: E402
from infra.connections import WEB_PROCESS, WORKER_PROCESS, TooFewConnectionsError, check_room  # noqa: E402
from infra.settings import SettingsError, load  # noqa: E402
from infra.supervisor import PARENT, leave_with_parent  # noqa: E402
from services import collecting  # noqa: E402

try:
    settings = load(os.environ)
    cities = load_cities(settings.paybill_cities, settings.paybill_urls)
except SettingsError as error:
    sys.exit(str(error))
if settings.console_mode and PARENT not in os.environ:
    sys.exit("LINE_CHANNEL_SECRET: not set, so this would be console mode, which only `python app.py` serves")


class ThroughOurNet(Logger):
    """gunicorn's lines go to the root logger, whose handler redacts; requests are told by web/security.py."""

    def setup(self, _cfg):
        from infra import logging

        logging.configure()
        self.error_log.handlers = []
        self.error_log.propagate = True

    def access(self, resp, req, environ, request_time):
        """One line a request is enough."""


bind = f"{'127.0.0.1' if settings.console_mode else '0.0.0.0'}:{settings.port}"  # noqa: S104 - behind a proxy
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "infra.patience.PatientThreads"
threads = 16  # wiring.WEB_THREADS; a test compares them
timeout = 30
graceful_timeout = 8
keepalive = 5
logger_class = ThroughOurNet
control_socket_disable = True
proc_name = "parkline web"


def on_starting(server):
    for line in settings.warnings:
        server.log.warning(line)
    if settings.database_url:
        try:
            check_room(settings.database_url, workers * WEB_PROCESS + WORKER_PROCESS)
            collecting.check(settings.database_url, settings, cities)
        except (TooFewConnectionsError, SettingsError) as error:
            sys.exit(str(error))


def when_ready(_server):
    leave_with_parent()


def post_fork(_server, _worker):
    gc.disable()  # importing the house makes a million objects that stay; looking through them again and again costs


def post_worker_init(_worker):
    """What is there now stays: a look through it would hold up whoever calls at that moment."""
    gc.freeze()
    gc.enable()


def child_exit(_server, worker):
    metrics.process_is_gone(worker.pid)
