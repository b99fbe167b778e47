"""The settings of a house that speaks to the fake of LINE, and its whole web application."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from flask import Flask

import app
import wiring.line
from bot.inbox_store import InboxStore
from infra.embedded import StoreUrls
from infra.settings import load
from tests.fakes.line import ACCESS_TOKEN, CHANNEL_SECRET

NEW_SECRET = "fake-channel-secret-to-come"
NOBODY = "http://127.0.0.1:9"  # the discard port: refused at once


def environment(urls: StoreUrls, var: Path, *, line_url: str = NOBODY, port: int = 8000) -> dict[str, str]:
    """For a process of ours, as a city would set it; two channel secrets, as while one is being replaced."""
    return {
        "DATABASE_URL": urls.database,
        "REDIS_URL": urls.redis,
        "PORT": str(port),
        "PUBLIC_URL": "https://parking.example.gov.tw",
        "LINE_CHANNEL_SECRET": f"{NEW_SECRET},{CHANNEL_SECRET}",
        "LINE_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
        "LINE_API_URL": line_url,
        "LINE_DATA_API_URL": line_url,
        "PAYBILL_CITIES": "TPE",
        "PAYBILL_TPE_URL": NOBODY,
        "DATA_KEYS": "n" * 43 + "=",
        "SESSION_KEY": "k" * 32,
        "PARKLINE_VAR": str(var),
        "PROMETHEUS_MULTIPROC_DIR": str(var / "metrics"),
        "WEB_CONCURRENCY": "1",
    }


@contextmanager
def web_app(urls: StoreUrls, var: Path) -> Iterator[Flask]:
    """Everything that gunicorn serves, in this process; its connections are closed afterwards."""
    opened: list[InboxStore] = []

    class Closable(InboxStore):
        def open(self) -> None:
            opened.append(self)
            super().open()

    with patch.object(wiring.line, "InboxStore", Closable):
        made = app.create_app(load(environment(urls, var)), urls)
    try:
        yield made
    finally:
        made.extensions["house"].engine.dispose()
        made.extensions["house"].redis.close()
        for store in opened:
            store.close()
