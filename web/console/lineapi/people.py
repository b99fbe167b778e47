"""Users and what they sent: profile, followers, contents, link tokens, read marks."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from web.console.lineapi import limits
from web.console.lineapi.call import Call
from web.console.lineapi.errors import NOT_FOUND, Answer, ApiError
from web.console.lineapi.memory import Content, LinkToken, Memory


class People:
    """The calls that ask about users."""

    def __init__(self, memory: Memory, bot_user_id: str, now: Callable[[], datetime]) -> None:
        self._memory = memory
        self._now = now
        self._bot_user_id = bot_user_id

    def profile(self, call: Call) -> Answer:
        """Name and language; 404 for those who are unknown or have blocked."""
        user = self._memory.users.get(call.ids[0])
        if user is None or user.blocked:
            raise ApiError(404, NOT_FOUND)
        profile = {"userId": user.user_id, "displayName": user.display_name}
        return Answer.of(profile | ({"language": user.language} if user.language else {}))

    def bot_info(self, call: Call) -> Answer:  # noqa: ARG002 - every handler takes its call
        """The bot's own account."""
        info = {"userId": self._bot_user_id, "basicId": "@parkline", "displayName": "ParkLine 停車通"}
        return Answer.of(info | {"chatMode": "bot", "markAsReadMode": "auto"})

    def followers(self, call: Call) -> Answer:
        """The ids of those who have not blocked, page by page."""
        given = parse_qs(call.query)
        try:
            limit, start = int(given.get("limit", ["300"])[0]), int(given.get("start", ["0"])[0])
        except ValueError:
            raise ApiError(400, "Invalid limit or start") from None
        if not 1 <= limit <= limits.FOLLOWERS_PER_PAGE or start < 0:
            raise ApiError(400, "Invalid limit or start")
        with self._memory.changed:
            ids = [user.user_id for user in self._memory.users.values() if not user.blocked]
        page = {"userIds": ids[start : start + limit]}
        return Answer.of(page | ({"next": str(start + limit)} if start + limit < len(ids) else {}))

    def content(self, call: Call) -> Answer:
        """The bytes of a photo, or of its preview: 404 unknown, 410 unsent."""
        content = self._content(call)
        return Answer(200, content.data or b"", content_type=content.media_type)

    def transcoding(self, call: Call) -> Answer:
        """Contents are ready at once here."""
        self._content(call)
        return Answer.of({"status": "succeeded"})

    def _content(self, call: Call) -> Content:
        content = self._memory.contents.get(call.ids[0])
        if content is None:
            raise ApiError(404, NOT_FOUND)
        if content.data is None:
            raise ApiError(410, "Gone")
        return content

    def link_token(self, call: Call) -> Answer:
        """A token to link accounts with, which the dialog takes (take_link)."""
        if call.ids[0] not in self._memory.users:
            raise ApiError(404, NOT_FOUND)
        token = secrets.token_urlsafe(24)
        self._memory.link_tokens[token] = LinkToken(
            call.ids[0], self._now() + timedelta(seconds=limits.LINK_TOKEN_SECONDS)
        )
        return Answer.of({"linkToken": token})

    def take_link(self, token: str, nonce: str) -> str:
        """Whose chat is linked, by LINE's dialog; once. Raises ValueError where LINE would show an error."""
        if len(nonce) not in limits.NONCE_LENGTH:
            raise ValueError("nonce: too short or too long")
        issued = self._memory.link_tokens.pop(token, None)
        if issued is None or issued.until <= self._now():
            raise ValueError("linkToken: unknown, used or expired")
        return issued.user_id
