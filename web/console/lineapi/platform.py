"""LINE as the bot sees it: one routing function over the checks and the state."""

import re
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from domain.clock import Clock
from web.console.lineapi import limits
from web.console.lineapi.call import Call, Handler
from web.console.lineapi.check import check_body
from web.console.lineapi.errors import BAD_TOKEN, NOT_FOUND, RATE_EXCEEDED, Answer, ApiError, Problem, refusal
from web.console.lineapi.limiter import Quota, RateLimits
from web.console.lineapi.memory import Memory
from web.console.lineapi.people import People
from web.console.lineapi.richmenus import RichMenus
from web.console.lineapi.sending import Sending

Checks = Literal["full", "light"]


class LinePlatform:
    """A stateful Messaging API. Thread-safe; knows no network and no clock but the one it is given.

    `own_hosts` are excused from https. `checks="light"` trusts the messages (benchmarks) but keeps the state rules.
    `strangers=True` takes every well-formed user id for a known user.
    """

    def __init__(
        self,
        *,
        access_token: str,
        clock: Clock,
        memory: Memory | None = None,
        own_hosts: frozenset[str] = frozenset(),
        checks: Checks = "full",
        strangers: bool = False,
        bot_user_id: str | None = None,
    ) -> None:
        self.memory = memory or Memory()
        self.bot_user_id = bot_user_id or f"U{secrets.token_hex(16)}"
        self.rates = RateLimits(clock.now)
        self.quota = Quota(clock.now)
        self.checks: Checks = checks
        self._authorization = f"Bearer {access_token}"
        self._own_hosts = own_hosts
        self._clock = clock
        self.rich_menus = RichMenus(self.memory, self._checked)
        self._sending = Sending(self.memory, clock.now, self._checked, self.quota, strangers=strangers)
        self.people = People(self.memory, self.bot_user_id, clock.now)
        routes = self._routes()
        self._fixed = {key: handler for key, handler in routes.items() if "{" not in key[1]}
        self._patterns = [
            (method, pattern, re.compile(re.sub(r"\{\w+\}", "([^/]+)", pattern)), handler)
            for (method, pattern), handler in routes.items()
            if "{" in pattern
        ]

    def now(self) -> datetime:
        """The platform's time."""
        return self._clock.now()

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request; `target` is the path with its query. Every answer carries X-Line-Request-Id."""
        request_id = str(uuid.uuid4())
        path, _, query = target.partition("?")
        lowered = {name.lower(): value for name, value in headers.items()}
        try:
            pattern, ids, handler = self._route(method, path)
            if lowered.get("authorization") != self._authorization:
                raise ApiError(401, BAD_TOKEN)
            if not self.rates.take(method, pattern):
                raise ApiError(429, RATE_EXCEEDED)
            if len(body) > limits.BODY_BYTES:
                raise ApiError(413, "Request entity too large")
            answer = handler(Call(method, path, query, lowered, body, request_id, ids))
        except ApiError as error:
            answer = error.answer()
        return Answer(
            answer.status, answer.body, {**answer.headers, "X-Line-Request-Id": request_id}, answer.content_type
        )

    def _route(self, method: str, path: str) -> tuple[str, tuple[str, ...], Handler]:
        handler = self._fixed.get((method, path))
        if handler:
            return path, (), handler
        for allowed, pattern, expression, candidate in self._patterns:
            match = expression.fullmatch(path)
            if match and allowed == method:
                return pattern, match.groups(), candidate
        raise ApiError(404, NOT_FOUND)

    def _checked(self, request: str, call: Call) -> dict[str, Any]:
        """The body of a call. Raises ApiError 400 with everything LINE would find wrong in it."""
        body = call.json()
        try:
            problems = check_body(request, body, self._own_hosts, deep=self.checks == "full")
        except RecursionError:
            problems = [Problem((), "nested too deeply")]
        if problems:
            raise refusal(problems)
        checked: dict[str, Any] = body
        return checked

    def _routes(self) -> dict[tuple[str, str], Handler]:
        send, people, menus = self._sending, self.people, self.rich_menus
        validated: dict[tuple[str, str], Handler] = {
            ("POST", f"/v2/bot/message/validate/{kind}"): send.validate
            for kind in ("reply", "push", "multicast", "narrowcast", "broadcast")
        }
        return validated | {
            ("POST", "/v2/bot/message/reply"): send.reply,
            ("POST", "/v2/bot/message/push"): send.push,
            ("POST", "/v2/bot/message/multicast"): send.multicast,
            ("POST", "/v2/bot/message/broadcast"): send.broadcast,
            ("GET", "/v2/bot/message/quota"): send.quota,
            ("GET", "/v2/bot/message/quota/consumption"): send.consumption,
            ("POST", "/v2/bot/chat/loading/start"): send.loading,
            ("GET", "/v2/bot/info"): people.bot_info,
            ("GET", "/v2/bot/followers/ids"): people.followers,
            ("GET", "/v2/bot/profile/{id}"): people.profile,
            ("GET", "/v2/bot/message/{id}/content"): people.content,
            ("GET", "/v2/bot/message/{id}/content/preview"): people.content,
            ("GET", "/v2/bot/message/{id}/content/transcoding"): people.transcoding,
            ("POST", "/v2/bot/user/{id}/linkToken"): people.link_token,
            ("POST", "/v2/bot/richmenu"): menus.create,
            ("POST", "/v2/bot/richmenu/validate"): menus.validate,
            ("GET", "/v2/bot/richmenu/list"): menus.listing,
            ("POST", "/v2/bot/richmenu/alias"): menus.create_alias,
            ("GET", "/v2/bot/richmenu/alias/list"): menus.list_aliases,
            ("GET", "/v2/bot/richmenu/alias/{id}"): menus.get_alias,
            ("POST", "/v2/bot/richmenu/alias/{id}"): menus.update_alias,
            ("DELETE", "/v2/bot/richmenu/alias/{id}"): menus.delete_alias,
            ("POST", "/v2/bot/richmenu/bulk/link"): menus.bulk_link,
            ("POST", "/v2/bot/richmenu/bulk/unlink"): menus.bulk_unlink,
            ("GET", "/v2/bot/richmenu/{id}"): menus.get,
            ("DELETE", "/v2/bot/richmenu/{id}"): menus.delete,
            ("GET", "/v2/bot/richmenu/{id}/content"): menus.image,
            ("POST", "/v2/bot/richmenu/{id}/content"): menus.upload,
            ("GET", "/v2/bot/user/all/richmenu"): menus.get_default,
            ("DELETE", "/v2/bot/user/all/richmenu"): menus.clear_default,
            ("POST", "/v2/bot/user/all/richmenu/{id}"): menus.set_default,
            ("GET", "/v2/bot/user/{id}/richmenu"): menus.get_linked,
            ("DELETE", "/v2/bot/user/{id}/richmenu"): menus.unlink,
            ("POST", "/v2/bot/user/{id}/richmenu/{id}"): menus.link,
        }
