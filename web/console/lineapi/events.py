"""Webhook events in LINE's exact JSON (webhook.yml, reference "Webhook event objects"), and their signature."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from typing import Any

import orjson

from web.console.lineapi.memory import Content, ReplyToken, User
from web.console.lineapi.platform import LinePlatform

Event = dict[str, Any]

SIGNATURE_HEADER = "X-Line-Signature"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def sign(body: bytes, channel_secret: str) -> str:
    """The value of X-Line-Signature for the raw body."""
    return base64.b64encode(hmac.new(channel_secret.encode(), body, hashlib.sha256).digest()).decode()


def ulid(milliseconds: int) -> str:
    """A ULID: 48 bits of time, 80 of chance, in Crockford's base 32."""
    value = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -5, -5))


def user_id() -> str:
    """A fresh user id."""
    return f"U{secrets.token_hex(16)}"


def redelivered(event: Event) -> Event:
    """The event as LINE sends it again: the same but for the mark."""
    return event | {"deliveryContext": {"isRedelivery": True}}


class Events:
    """Makes events on a platform: users become known, reply tokens valid, contents loadable."""

    def __init__(self, platform: LinePlatform) -> None:
        self._platform = platform
        self._memory = platform.memory

    def body(self, events: Sequence[Event]) -> bytes:
        """The body of one webhook call; no events make LINE's verify call."""
        return orjson.dumps({"destination": self._platform.bot_user_id, "events": list(events)})

    def carry(self, events: Sequence[Event]) -> None:
        """Note that a webhook carries these events now: the minute of an unused reply token starts again."""
        with self._memory.changed:
            for event in events:
                token = self._memory.reply_tokens.get(event.get("replyToken", ""))
                if token:
                    token.carried = self._platform.now()

    def event(
        self, kind: str, chat_id: str | None, *, reply: bool = True, by: str | None = None, **parts: Any
    ) -> Event:
        """Any event. `chat_id` is a user, group or room (None: without source), `by` the member who speaks there."""
        now = self._platform.now()
        milliseconds = int(now.timestamp() * 1000)
        made: Event = {"type": kind, "mode": "active", "timestamp": milliseconds, "webhookEventId": ulid(milliseconds)}
        made["deliveryContext"] = {"isRedelivery": False}
        if chat_id:
            made["source"] = self._source(chat_id, by)
        if chat_id and reply:
            made["replyToken"] = secrets.token_hex(16)
            with self._memory.changed:
                self._memory.reply_tokens[made["replyToken"]] = ReplyToken(chat_id, now, now)
        return made | parts

    def _source(self, chat_id: str, by: str | None) -> dict[str, str]:
        if by:
            self._memory.meet(by)
        if chat_id.startswith("U"):
            self._memory.meet(chat_id)
            return {"type": "user", "userId": chat_id}
        self._memory.groups.add(chat_id)
        kind = "group" if chat_id.startswith("C") else "room"
        return {"type": kind, f"{kind}Id": chat_id, **({"userId": by} if by else {})}

    def message(self, chat_id: str, content: dict[str, Any], *, by: str | None = None) -> Event:
        """A message event with any content; an id is added."""
        return self.event("message", chat_id, by=by, message={"id": self._memory.next_message_id(), **content})

    def text(self, chat_id: str, text: str, *, by: str | None = None, **more: Any) -> Event:
        """A text message; `more` are emojis, mention, quotedMessageId."""
        token = secrets.token_urlsafe(12)
        return self.message(
            chat_id, {"type": "text", "text": text, "quoteToken": token, "markAsReadToken": token} | more, by=by
        )

    def edited(self, group_id: str, text: str, message_id: str, *, by: str) -> Event:
        """A member changed a text in a group (reference "Edit event"; not in webhook.yml)."""
        content = {"type": "text", "id": message_id, "text": text, "quoteToken": secrets.token_urlsafe(12)}
        return self.event("messageEdited", group_id, by=by, message=content)

    def image(self, chat_id: str, data: bytes, media_type: str = "image/jpeg") -> Event:
        """A photo, to be fetched from the content address."""
        return self._file(chat_id, data, media_type, {"type": "image", "quoteToken": secrets.token_urlsafe(12)})

    def video(self, chat_id: str, data: bytes, media_type: str = "video/mp4", duration: int = 1000) -> Event:
        """A video of `duration` milliseconds."""
        content = {"type": "video", "duration": duration, "quoteToken": secrets.token_urlsafe(12)}
        return self._file(chat_id, data, media_type, content)

    def audio(self, chat_id: str, data: bytes, media_type: str = "audio/mp4", duration: int = 1000) -> Event:
        """A voice message of `duration` milliseconds."""
        return self._file(chat_id, data, media_type, {"type": "audio", "duration": duration})

    def _file(self, chat_id: str, data: bytes, media_type: str, content: dict[str, Any]) -> Event:
        event = self.message(chat_id, content | {"contentProvider": {"type": "line"}})
        with self._memory.changed:
            self._memory.contents[event["message"]["id"]] = Content(data, media_type)
        return event

    def file(self, chat_id: str, data: bytes, name: str) -> Event:
        """A file."""
        event = self.message(chat_id, {"type": "file", "fileName": name, "fileSize": len(data)})
        with self._memory.changed:
            self._memory.contents[event["message"]["id"]] = Content(data, "application/octet-stream")
        return event

    def location(self, chat_id: str, latitude: float, longitude: float, title: str = "", address: str = "") -> Event:
        """A place."""
        content: dict[str, Any] = {"type": "location", "latitude": latitude, "longitude": longitude}
        return self.message(chat_id, content | {k: v for k, v in (("title", title), ("address", address)) if v})

    def sticker(self, chat_id: str, package_id: str = "446", sticker_id: str = "1988") -> Event:
        """A sticker."""
        content = {"type": "sticker", "packageId": package_id, "stickerId": sticker_id, "stickerResourceType": "STATIC"}
        return self.message(chat_id, content | {"quoteToken": secrets.token_urlsafe(12)})

    def unsend(self, chat_id: str, message_id: str) -> Event:
        """A message taken back: its content is gone (410) from now on."""
        with self._memory.changed:
            content = self._memory.contents.get(message_id)
            if content:
                self._memory.contents[message_id] = Content(None, content.media_type)
        return self.event("unsend", chat_id, reply=False, unsend={"messageId": message_id})

    def postback(self, chat_id: str, data: str, params: dict[str, str] | None = None) -> Event:
        """A pressed button; `params` from the date picker or a rich menu switch."""
        return self.event("postback", chat_id, postback={"data": data} | ({"params": params} if params else {}))

    def follow(self, user: str, *, unblocked: bool = False) -> Event:
        """Added as a friend, or unblocked."""
        self._user(user).blocked = False
        return self.event("follow", user, follow={"isUnblocked": unblocked})

    def unfollow(self, user: str) -> Event:
        """Blocked."""
        self._user(user).blocked = True
        return self.event("unfollow", user, reply=False)

    def _user(self, user: str) -> User:
        return self._memory.meet(user)

    def every_type(self, user: str, group: str) -> list[Event]:
        """One event of each of the 19 types of webhook.yml, and messageEdited."""
        account = self._platform.bot_user_id
        first = self.text(user, "待繳")
        members = {"members": [{"type": "user", "userId": user}]}
        return [
            first,
            self.unsend(user, first["message"]["id"]),
            self.unfollow(user),
            self.follow(user, unblocked=True),
            self.event("join", group),
            self.event("leave", group, reply=False),
            self.event("memberJoined", group, joined=members),
            self.event("memberLeft", group, reply=False, left=members),
            self.postback(user, "v=1"),
            self.event("videoPlayComplete", user, videoPlayComplete={"trackingId": "track-1"}),
            self.event("beacon", user, beacon={"hwid": "d41d8cd98f", "type": "enter"}),
            self.event("accountLink", user, link={"result": "ok", "nonce": secrets.token_urlsafe(16)}),
            self.event("membership", user, membership={"type": "joined", "membershipId": 3189}),
            self.event("module", None, module={"type": "attached", "botId": account, "scopes": ["message:send"]}),
            self.event("activated", None, chatControl={"expireAt": first["timestamp"] + 1000}),
            self.event("deactivated", None),
            self.event("botSuspended", None),
            self.event("botResumed", None),
            self.event("delivery", user, reply=False, delivery={"data": hashlib.sha256(b"+886").hexdigest()}),
            self.edited(group, "待繳", self._memory.next_message_id(), by=user),
        ]
