"""The back office as wiring makes it, on a test's database, and people who work in it."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from sqlalchemy import text
from werkzeug.test import TestResponse

from domain.staff import Role
from infra import settings, totp
from infra.embedded import StoreUrls
from infra.keys import with_keys
from services.passes.lots import LotView
from web import security
from wiring import House

PASSWORD = "Quiet-Harbour-1140"
OTHER_PASSWORD = "Lively-Harbour-2051"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # tests hash many passwords


@dataclass
class Office:
    """`people` in it log in with PASSWORD."""

    urls: StoreUrls
    var: Path
    csrf_on: bool = False
    limits_on: bool = False

    @cached_property
    def house(self) -> House:
        given = with_keys(settings.load({"PARKLINE_VAR": str(self.var)}), self.var)
        house = House(given, self.urls, connections=4, name="test")
        house.__dict__["password_hasher"] = QUICK
        return house

    @cached_property
    def app(self) -> Flask:
        app = Flask("parkline", static_folder=None)
        app.config.update(SECRET_KEY="for tests", WTF_CSRF_ENABLED=self.csrf_on, RATELIMIT_ENABLED=self.limits_on)
        security.protect(app, public_url="http://localhost")
        CSRFProtect(app)
        limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
        app.register_blueprint(self.house.back_office(limiter))
        return app

    def lot(self, number: str, name: str = "") -> str:
        """A car park."""
        with self.house.unit() as uow:
            lot = LotView(number, name or f"第{number}停車場", "大安區", "龍門里", "金門街 1 號")
            self.house.lots.put(uow, lot, staff="test")
        return number

    def person(self, login: str, role: Role = Role.HEAD, *lots: str) -> "Person":
        """Somebody with a ready account."""
        with self.house.unit() as uow:
            made = self.house.staff_accounts.add(uow, login, f"{login} 先生", role, lots, actor="test")
        person = Person(self, login, self.app.test_client())
        token, logins = made.rpartition("/")[2], self.house.logins
        with self.house.unit() as uow:
            person.secret = logins.setup(uow, token).secret
            logins.finish_setup(uow, token, PASSWORD, totp.code_at(person.secret, datetime.now(UTC)))
        return person

    def run(self, statement: str, **values: object) -> None:
        """SQL behind everybody's back."""
        with self.house.unit() as uow:
            uow.connection.execute(text(statement), values)

    def audit(self) -> list[tuple[str, str]]:
        """(actor, action), in order."""
        with self.house.unit() as uow:
            return [
                tuple(row) for row in uow.connection.execute(text("SELECT actor, action FROM audit_row ORDER BY id"))
            ]


@dataclass
class Person:
    """A member of staff with a browser."""

    office: Office
    login: str
    client: FlaskClient
    secret: str = ""

    def set_up(self, address: str, password: str = PASSWORD) -> TestResponse:
        """Follow the address of the setup, choose the password, type the code."""
        path = "/staff/setup/" + address.rpartition("/")[2]
        page = self.client.get(path).text
        self.secret = re.search(r"<code>([A-Z2-7]+)</code>", page).group(1)  # type: ignore[union-attr]
        return self.client.post(path, data={"password": password, "again": password, "code": self.code()})

    def code(self) -> str:
        """What the authenticator shows now; the account has forgotten that it was used."""
        self.office.run("UPDATE staff SET totp_step = 0 WHERE login = :login", login=self.login)
        return totp.code_at(self.secret, datetime.now(UTC))

    def log_in(self, password: str = PASSWORD, code: str | None = None, onward: str = "") -> TestResponse:
        """Type login, password and code."""
        form = {"login": self.login, "password": password, "code": code or self.code(), "next": onward}
        return self.client.post("/staff/login", data=form)

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(f"/staff{path}")

    def post(self, path: str, **form: object) -> TestResponse:
        """Press a button, and follow where it leads."""
        return self.client.post(f"/staff{path}", data=form, follow_redirects=True)


def other_code(secret: str) -> str:
    """A code that is surely wrong now."""
    now = datetime.now(UTC).timestamp()
    near = {totp.code_at(secret, datetime.fromtimestamp(now + 30 * apart, UTC)) for apart in range(-3, 4)}
    return next(code for code in (f"{number:06}" for number in range(10)) if code not in near)


SHORT_SECRET = base64.b32encode(b"12345678901234567890").decode()  # RFC 6238, appendix B
