"""ParkLine's front door: `create_app()` for gunicorn and Flask commands, `python app.py` for everything at once."""

import atexit
import importlib
import os
import pkgutil
import signal
import sys
from contextlib import ExitStack
from functools import cache

import click
from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

import jobs.commands
from adapters.bills.cities import load_cities
from infra import logging, migrations
from infra.embedded import StoreUrls, store_urls
from infra.embedded_process import EmbeddedError
from infra.keys import with_keys
from infra.settings import Settings, SettingsError, load
from services.collecting import unknown_codes
from web import health, security
from wiring import WEB_THREADS, House

LEAVING_STATUS = 143  # 128 + SIGTERM


def create_app(settings: Settings | None = None, urls: StoreUrls | None = None) -> Flask:
    """The web application of one process. Without arguments: by the environment, starting what is unset.

    Under `flask --app app COMMAND` no room is opened, and the stores start at the command's first use of them.
    """
    if settings is None:
        logging.configure(sys.stderr if _in_command() else None)
        settings = _settings()
    app = Flask("parkline", static_folder=None, template_folder=None)
    app.config["SECRET_KEY"], *fallbacks = (key.get_secret_value() for key in settings.session_key)
    app.config["SECRET_KEY_FALLBACKS"] = fallbacks
    security.protect(app, public_url=settings.public_url)
    add_commands(app)
    house = cache(lambda: House(settings, urls or _stores(settings), connections=WEB_THREADS, name="web"))
    if _in_command():
        app.extensions["house"] = LocalProxy(house)
        return app
    app.extensions["house"] = house()
    _open_rooms(app, house())
    app.wsgi_app = house().front_door(app.wsgi_app)  # type: ignore[method-assign]
    if os.environ.get("FORWARDED_ALLOW_IPS"):  # gunicorn's own setting: there is a proxy before us, and it is trusted
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    return app


def _open_rooms(app: Flask, house: House) -> None:
    csrf = CSRFProtect(app)
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=_limits_storage(house.urls.redis),
        in_memory_fallback_enabled=True,  # Redis away: each process counts for itself
        swallow_errors=True,
        headers_enabled=False,
    )
    doors = health.blueprint(
        house.unit, lambda: house.redis, lambda uow: unknown_codes(uow, house.settings, house.cities)
    )
    for room in (doors, *house.doors(csrf, limiter)):
        app.register_blueprint(room)


def _limits_storage(redis_url: str) -> str:
    """The limiter's library spells a socket's address in its own way."""
    return f"redis+{redis_url}" if redis_url.startswith("unix://") else redis_url


def add_commands(app: Flask) -> None:
    """Every command and group of jobs/commands: adding one is one file."""
    for module in pkgutil.iter_modules(jobs.commands.__path__):
        room = importlib.import_module(f"jobs.commands.{module.name}")
        found = [value for value in vars(room).values() if isinstance(value, click.Command)]
        within = [command for group in found if isinstance(group, click.Group) for command in group.commands.values()]
        for command in found:
            if command not in within:
                app.cli.add_command(command)


def _settings() -> Settings:
    try:
        settings = load(os.environ)
        load_cities(
            settings.paybill_cities, settings.paybill_urls
        )  # what is wrong there must stop the start, not a child
        return with_keys(settings, settings.parkline_var)
    except SettingsError as error:
        _say(str(error))
        raise SystemExit(2) from None


def _stores(settings: Settings) -> StoreUrls:
    """The stores for as long as this process lives."""
    inside = ExitStack()
    try:
        urls = inside.enter_context(store_urls(settings))
        if settings.database_url is None:  # our own to look after; a city's is brought up to date by its release step
            migrations.bring_up_to_date(urls.database)
    except EmbeddedError as error:
        _say(str(error))
        raise SystemExit(2) from None
    atexit.register(inside.close)
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # a command: leave the stores before it goes
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(LEAVING_STATUS))
    return urls


def _in_command() -> bool:
    return click.get_current_context(silent=True) is not None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - for whoever started it, not for the log


if __name__ == "__main__":
    from jobs.house import run

    sys.exit(run(_settings(), _say))
