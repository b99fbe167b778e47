"""The API of agencies over a town where bills are paid."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from services.agencyapi import keys
from services.sliplinks import SlipLinks
from tests.members import members_on
from tests.writeoffs.conftest import CODE, Town, town_engine, town_on
from web import security
from web.agency.operations import Services
from web.agency.views import blueprint

__all__ = ["town_engine"]

SCOPES = ("bills", "write_offs", "cases", "holders", "members", "passes:L1")
PUBLIC_URL = "https://park.example"


@dataclass
class Api:
    """A client with an agency's key."""

    town: Town
    app: Flask
    client: FlaskClient
    key: str

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(f"/agency/v1{path}", headers=self._headers(headers))

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.client.post(f"/agency/v1{path}", json=body, headers=self._headers(headers))

    def send(self, *bills: dict[str, Any], **headers: str) -> list[str]:
        """Bills; what became of each."""
        answer = self.post("/bills", {"bills": list(bills)}, **headers)
        assert answer.status_code == 200, answer.text
        return [row["result"] for row in answer.json["results"]]

    def ledger(self) -> list[tuple[Any, ...]]:
        """The books, without what differs by the hour."""
        query = (
            "SELECT agency, number, plate, kind, pay_amount, status, notice_number, as_of FROM ledger_bill ORDER BY 2"
        )
        return [tuple(row) for row in self.town.world.rows(query)]

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        given = {"Authorization": f"Bearer {self.key}"}
        return given | {name.replace("_", "-"): value for name, value in more.items()}


def api_on(town: Town) -> Api:
    """The API of this town's database."""
    app = Flask("agency", static_folder=None)
    app.config["SECRET_KEY"] = "s" * 32
    security.protect(app, public_url=PUBLIC_URL)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    clock = town.world.clock
    services = Services(town.deciding, SlipLinks("@parkline"), members_on(town.world.unit, clock), clock)
    app.register_blueprint(blueprint(town.world.unit, services, CSRFProtect(app), limiter, PUBLIC_URL))
    with town.world.unit() as uow:
        key = keys.make(uow, CODE, SCOPES, staff="anna")
    return Api(town, app, app.test_client(), key)


@pytest.fixture
def api(town_engine: Engine) -> Iterator[Api]:
    with town_on(town_engine) as town:
        town.join(webhook=False)
        yield api_on(town)


def row(number: str = "W1", **changes: Any) -> dict[str, Any]:
    """A bill as an agency sends it."""
    return {"number": number, "plate": "ABC-1234", "kind": "car", "amount": 50, "deadline": "2026-12-22"} | changes
