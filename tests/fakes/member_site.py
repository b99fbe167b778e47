"""A strict site with members, and LINE's side of linking an account (its guide "Link user account"), on 127.0.0.1.

The site takes a link token once, signs its member in, has a nonce made by our API, and sends the browser on to LINE,
which takes a link token once, within ten minutes, with a nonce of 10 to 255 characters, and has an event for the bot.
"""

import html
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import urllib3

from tests.clock import MovableClock
from tests.fakes.loopback import Call, Loopback, body_of, respond

TOKEN_LIFE = timedelta(minutes=10)
HTML = "text/html; charset=utf-8"


@dataclass
class Issued:
    """A link token that LINE has given out."""

    user: str
    until: datetime
    used: bool = False


class LineLinking(Loopback):
    """LINE: issues link tokens, and takes them back with a nonce. `events`: (user, nonce) it would tell the bot."""

    def __init__(self, clock: MovableClock, access_token: str) -> None:
        super().__init__()
        self._clock, self._access_token = clock, access_token
        self._tokens: dict[str, Issued] = {}
        self.events: list[tuple[str, str]] = []
        self.down = False

    def handle(self, call: Call) -> None:
        """POST /v2/bot/user/{id}/linkToken, or the dialog that a browser opens."""
        target = urlsplit(call.path)
        body_of(call)
        asked = re.fullmatch(r"/v2/bot/user/(U[0-9a-f]{32})/linkToken", target.path)
        if self.down:
            respond(call, 500, '{"message":"down"}', "application/json")
        elif asked and call.command == "POST":
            self._issue(call, asked[1])
        elif target.path == "/dialog/bot/accountLink" and call.command == "GET":
            self._take(call, parse_qs(target.query, strict_parsing=True))
        else:
            respond(call, 404, '{"message":"Not found"}', "application/json")

    def _issue(self, call: Call, user: str) -> None:
        if call.headers.get("Authorization") != f"Bearer {self._access_token}":
            respond(call, 401, '{"message":"Authentication failed"}', "application/json")
            return
        token = secrets.token_urlsafe(24)
        self._tokens[token] = Issued(user, self._clock.now() + TOKEN_LIFE)
        respond(call, 200, json.dumps({"linkToken": token}), "application/json")

    def _take(self, call: Call, query: dict[str, list[str]]) -> None:
        token, nonce = query["linkToken"][0], query["nonce"][0]
        issued = self._tokens.get(token)
        if issued is None or issued.used or self._clock.now() >= issued.until or not 10 <= len(nonce) <= 255:
            respond(call, 400, "cannot link", HTML)  # and no event: R#account-link-event
            return
        issued.used = True
        self.events.append((issued.user, nonce))
        respond(call, 200, "linked", HTML)


@dataclass
class Account:
    """A member of the site."""

    member: str
    password: str
    vehicles: list[dict[str, Any]] = field(default_factory=list)


class FakeMemberSite(Loopback):
    """The site. `api_url`, `key`: of our API for agencies; `line_url`: of LINE's dialog."""

    def __init__(self, api_url: str, key: str, line_url: str) -> None:
        super().__init__()
        self._api_url, self._key, self._line_url = api_url, key, line_url
        self._http = urllib3.PoolManager(retries=False, timeout=10.0)
        self._seen: set[str] = set()
        self.accounts: dict[str, Account] = {}
        self.nonces: list[str] = []

    @property
    def page(self) -> str:
        """Where linking begins: MEMBER_SITE_URL."""
        return f"{self.url}/line/link"

    def handle(self, call: Call) -> None:
        """The page of signing in, and what its form sends."""
        target, body = urlsplit(call.path), body_of(call)
        query = dict(parse_qsl(target.query, keep_blank_values=True))
        token = query.get("linkToken", "")
        if target.path != "/line/link" or set(query) != {"linkToken"} or not re.fullmatch(r"[\w.-]{10,200}", token):
            respond(call, 400, "bad request", HTML)
        elif call.command == "GET":
            hidden = f'<input type="hidden" name="linkToken" value="{html.escape(token)}">'
            respond(call, 200, f'<form method="post">{hidden}<input name="member"></form>', HTML)
        else:
            self._sign_in(call, token, dict(parse_qsl(body.decode())))

    def _sign_in(self, call: Call, token: str, form: dict[str, str]) -> None:
        account = self.accounts.get(form.get("member", ""))
        if account is None or not secrets.compare_digest(account.password, form.get("password", "")):
            respond(call, 403, "wrong", HTML)
        elif token in self._seen:
            respond(call, 410, "used", HTML)
        else:
            self._seen.add(token)
            nonce = self.ask("nonces", {"member": account.member, "vehicles": account.vehicles})["nonce"]
            if nonce in self.nonces or len(nonce) < 22:  # 128 bits in base64
                raise AssertionError("a nonce that is too short, or came before")
            self.nonces.append(nonce)
            to = f"{self._line_url}/dialog/bot/accountLink?linkToken={quote(token)}&nonce={quote(nonce)}"
            respond(call, 302, "", HTML, headers={"Location": to})

    def ask(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        """One call of /agency/v1/members/…; raises AssertionError unless it is answered as the document says."""
        headers = {"Authorization": f"Bearer {self._key}"}
        answer = self._http.request("POST", f"{self._api_url}/agency/v1/members/{what}", json=body, headers=headers)
        told: dict[str, Any] = answer.json()
        if answer.status != 200 or set(told) != (
            {"nonce", "ends_at", "refused"} if what == "nonces" else {"linked", "since"}
        ):
            raise AssertionError(f"{what}: {answer.status} {sorted(told)}")
        return told
