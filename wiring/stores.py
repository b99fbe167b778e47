"""The ground floor: settings, the stores, the keys, the clock. Every room of wiring/ stands on it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from infra.clock import SystemClock
from infra.crypto import FieldCipher
from infra.database import UnitOfWork, make_engine
from infra.embedded import StoreUrls
from infra.eventloop import LoopThread
from infra.redis import make_redis
from infra.settings import Settings
from services.lookup_key import LookupKey


@dataclass(frozen=True)
class Stores:
    """What a process is given at its start, and what follows from that alone.

    A room above adds to the three lists below by overriding the method and beginning with what `super()` gives.
    """

    settings: Settings
    urls: StoreUrls
    connections: int  # threads of this process that may hold a database connection at once
    name: str  # of the process, as the database shows it

    clock = SystemClock()

    def for_conversations(self) -> Mapping[str, Any]:
        """What conversations in handlers/ may ask for, by the name of the parameter."""
        return {}

    def for_tasks(self) -> Mapping[str, Any]:
        """What tasks in jobs/tasks find in their `context.additional_context`."""
        backups = {"database_url": self.urls.database, "backup_folder": self.settings.backup_folder}
        return {"units": self.unit, **backups}

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:  # noqa: ARG002 - rooms above use them
        """Every door to the web."""
        return []

    @cached_property
    def engine(self) -> Any:
        return make_engine(self.urls.database, pool_size=self.connections, application=f"parkline {self.name}")

    def unit(self) -> UnitOfWork:
        """A new unit of work."""
        return UnitOfWork(self.engine)

    @cached_property
    def redis(self) -> Any:
        return make_redis(self.urls.redis)

    @cached_property
    def cipher(self) -> FieldCipher:
        """Personal data at rest, under DATA_KEYS."""
        return FieldCipher([base64.urlsafe_b64decode(key.get_secret_value()) for key in self.settings.data_keys])

    @cached_property
    def lookup_key(self) -> LookupKey:
        return LookupKey(self.unit, self.cipher)

    @cached_property
    def loop(self) -> LoopThread:
        """Where cities are asked by threads."""
        return LoopThread()

    def derived(self, purpose: str) -> str:
        """A secret of console mode that every process of this machine derives alike from SESSION_KEY."""
        key = self.settings.session_key[0].get_secret_value().encode()
        return base64.urlsafe_b64encode(hmac.digest(key, purpose.encode(), hashlib.sha256)).decode()

    @property
    def session_keys(self) -> list[str]:
        """SESSION_KEY, newest first."""
        return [key.get_secret_value() for key in self.settings.session_key]
