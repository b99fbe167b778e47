"""The pay pages and the demobank as one small application, as wiring puts them together."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from sqlalchemy import Engine
from werkzeug.serving import WSGIRequestHandler, make_server

import web.demobank
import web.pay
from adapters.payments.demobank import DemoBank
from services.fees import load_fees
from services.storeslips import StoreSlips
from tests.clock import MovableClock
from tests.pay.world import CITIES, World

STORE_CODE = "6FA"
SECRET = b"shared by the bank and its payee"


def make_app(
    world: World, *, csrf_on: bool = True, limits_on: bool = False, store_code: str | None = STORE_CODE
) -> Flask:
    """An application on a world's services; the demobank's pages too when the world's provider is one."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="for tests", WTF_CSRF_ENABLED=csrf_on, RATELIMIT_ENABLED=limits_on, TESTING=True)
    csrf = CSRFProtect(app)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    slips = StoreSlips(store_code, world.orders, world.payments.refresh, world.clock)
    services = web.pay.PayServices(
        world.unit, world.orders, world.payments, world.links, CITIES, world.clock, slips, load_fees()
    )
    app.extensions["slips"] = slips
    app.register_blueprint(web.pay.blueprint(services, csrf, limiter))
    if isinstance(world.bank, DemoBank):
        app.register_blueprint(web.demobank.blueprint(world.bank, world.clock, limiter))
    return app


class _Quiet(WSGIRequestHandler):
    """Logs no addresses: they hold tokens."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def serving(engine: Engine, *, provider: Any = None, **options: Any) -> Iterator[World]:
    """A world with the demobank, or another provider, served on loopback at world.links.public_url."""
    server = make_server("127.0.0.1", 0, Flask("not yet"), threaded=True, request_handler=_Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    clock = MovableClock(datetime.now(UTC))
    world = World.build(engine, public_url=url, provider=provider or DemoBank(engine, url, SECRET, clock), clock=clock)
    server.app = make_app(world, **options)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
