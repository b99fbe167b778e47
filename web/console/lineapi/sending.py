"""Sending: reply, push, multicast, broadcast, their validation, quota, and the loading animation."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from web.console.lineapi import limits
from web.console.lineapi.call import Call
from web.console.lineapi.errors import (
    INVALID_REPLY_TOKEN,
    QUOTA_EXCEEDED,
    RETRY_KEY_ACCEPTED,
    UNKNOWN_RECEIVER,
    Answer,
    ApiError,
    Problem,
    refusal,
)
from web.console.lineapi.limiter import Quota
from web.console.lineapi.memory import AcceptedKey, Delivery, Memory
from web.console.lineapi.messages import holds_mention

USER_ID = re.compile(r"U[0-9a-f]{32}")
CHAT_ID = re.compile(r"[UCR][0-9a-f]{32}")
_RETRY_KEY = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

Check = Callable[[str, Call], dict[str, Any]]


class Sending:
    """The calls that put messages into chats. All or nothing: a refused call sends none."""

    def __init__(
        self, memory: Memory, now: Callable[[], datetime], check: Check, quota: Quota, *, strangers: bool
    ) -> None:
        self._memory = memory
        self._now = now
        self._check = check
        self._quota = quota
        self._strangers = strangers

    def reply(self, call: Call) -> Answer:
        """Answer an event, once and in time. A retry key is refused (guide "Retrying a failed API request")."""
        if "x-line-retry-key" in call.headers:
            raise ApiError(400, "The X-Line-Retry-Key header cannot be used with this endpoint")
        body = self._check("ReplyMessageRequest", call)
        with self._memory.changed:
            token = self._memory.reply_tokens.get(body["replyToken"])
            if token is None or not self._alive(token.issued, token.carried):
                raise ApiError(400, INVALID_REPLY_TOKEN)
            self._refuse_mentions(body, token.chat_id)
            del self._memory.reply_tokens[body["replyToken"]]
            return Answer.of({"sentMessages": self._deliver("reply", [token.chat_id], body, call)})

    def _alive(self, issued: datetime, carried: datetime) -> bool:
        now = self._now()
        return now - carried <= timedelta(seconds=limits.REPLY_TOKEN_SECONDS) and now - issued <= timedelta(
            seconds=limits.REPLY_TOKEN_LAST_SECONDS
        )

    def push(self, call: Call) -> Answer:
        """Send to one user, group or room."""
        self._well_formed_key(call)
        body = self._check("PushMessageRequest", call)
        with self._memory.changed:
            self._refuse_accepted_key(call)
            if not self._known(body["to"]):
                raise ApiError(400, UNKNOWN_RECEIVER)
            self._refuse_mentions(body, body["to"])
            sent = self._send_counted("push", [body["to"]], body, call)
            return Answer.of({"sentMessages": sent})

    def multicast(self, call: Call) -> Answer:
        """Send to at most 500 users; groups and ids of another provider are refused."""
        self._well_formed_key(call)
        body = self._check("MulticastRequest", call)
        with self._memory.changed:
            self._refuse_accepted_key(call)
            for number, user_id in enumerate(body["to"]):
                if not USER_ID.fullmatch(user_id) or not self._known(user_id):
                    message = f"The property, to[{number}], in the request body is invalid (line: -, column: -)"
                    raise ApiError(400, message)
            self._refuse_mentions(body, "U")
            self._send_counted("multicast", list(dict.fromkeys(body["to"])), body, call)
            return Answer()

    def broadcast(self, call: Call) -> Answer:
        """Send to every user who is known."""
        self._well_formed_key(call)
        body = self._check("BroadcastRequest", call)
        with self._memory.changed:
            self._refuse_accepted_key(call)
            self._refuse_mentions(body, "U")
            self._send_counted("broadcast", list(self._memory.users), body, call)
            return Answer()

    def validate(self, call: Call) -> Answer:
        """Check messages without sending them."""
        self._check("ValidateMessageRequest", call)
        return Answer()

    def _known(self, chat_id: str) -> bool:
        if chat_id in self._memory.users or chat_id in self._memory.groups:
            return True
        if self._strangers and USER_ID.fullmatch(chat_id):
            self._memory.meet(chat_id)
            return True
        return False

    def _refuse_mentions(self, body: dict[str, Any], chat_id: str) -> None:
        if not chat_id.startswith("U"):
            return
        found = [number for number, message in enumerate(body["messages"]) if holds_mention(message)]
        if found:
            raise refusal([Problem(("messages", n, "substitution"), "mentions need a group or room") for n in found])

    def _well_formed_key(self, call: Call) -> None:
        key = call.headers.get("x-line-retry-key")
        if key is not None and not _RETRY_KEY.fullmatch(key):
            raise ApiError(400, "The X-Line-Retry-Key header must be a UUID")

    def _refuse_accepted_key(self, call: Call) -> None:
        """409 for a key that was accepted in the last 24 hours, whatever body comes with it this time."""
        accepted = self._memory.retry_keys.get(call.headers.get("x-line-retry-key", "").lower())
        if accepted and self._now() - accepted.at <= timedelta(seconds=limits.RETRY_KEY_SECONDS):
            extra = {"sentMessages": accepted.sent} if accepted.sent is not None else {}
            headers = {"X-Line-Accepted-Request-Id": accepted.request_id}
            raise ApiError(409, RETRY_KEY_ACCEPTED, headers=headers, extra=extra)

    def _send_counted(self, kind: str, chats: Sequence[str], body: dict[str, Any], call: Call) -> list[dict[str, str]]:
        receivers = [chat for chat in chats if not self._blocked(chat)]
        if not self._quota.allows(len(receivers)):
            raise ApiError(429, QUOTA_EXCEEDED)
        self._quota.count(len(receivers))
        sent = self._deliver(kind, chats, body, call)
        key = call.headers.get("x-line-retry-key")
        if key:
            told = sent if kind == "push" else None
            self._memory.retry_keys[key.lower()] = AcceptedKey(call.request_id, self._now(), told)
        return sent

    def _blocked(self, chat_id: str) -> bool:
        user = self._memory.users.get(chat_id)
        return user is not None and user.blocked

    def _deliver(self, kind: str, chats: Sequence[str], body: dict[str, Any], call: Call) -> list[dict[str, str]]:
        """Put the messages into the chats of those who have not blocked; to LINE's caller it looks the same."""
        ids = tuple(self._memory.next_message_id() for _ in body["messages"])
        now = self._now()
        for chat in chats:
            if self._blocked(chat):
                continue
            kept = call.body if self._memory.keeps_bodies else None
            key = call.headers.get("x-line-retry-key")
            self._memory.loading_until.pop(chat, None)
            seq = self._memory.next_seq()
            self._memory.record(Delivery(seq, chat, kind, ids, now, call.request_id, key, kept))
        return [{"id": message_id, "quoteToken": f"q{message_id}"} for message_id in ids]

    def quota(self, call: Call) -> Answer:  # noqa: ARG002 - every handler takes its call
        """The month's limit."""
        limit = self._quota.limit
        return Answer.of({"type": "none"} if limit is None else {"type": "limited", "value": limit})

    def consumption(self, call: Call) -> Answer:  # noqa: ARG002
        """What was used of it."""
        return Answer.of({"totalUsage": self._quota.used})

    def loading(self, call: Call) -> Answer:
        """Show the loading animation in a user's chat: 202 also when it will not be seen."""
        body = self._check("ShowLoadingAnimationRequest", call)
        chat = body["chatId"]
        if not USER_ID.fullmatch(chat):
            raise ApiError(400, "The property, chatId, in the request body is invalid (line: -, column: -)")
        if chat in self._memory.users:
            seconds = body.get("loadingSeconds", limits.LOADING_DEFAULT_SECONDS)
            self._memory.loading_until[chat] = self._now() + timedelta(seconds=seconds)
            self._memory.touch()
        return Answer(202)
