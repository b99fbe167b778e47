"""The hot calls to LINE: prepared JSON over kept connections, every answer reduced to what to do next."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import aiohttp
import orjson

CONNECTIONS = 128
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 10.0
LOADING_SECONDS = 20  # how long LINE shows its animation at most; a multiple of 5
PROFILE_SECONDS = 1.5
MOST_BYTES_READ = 65_536
MULTICAST = 500  # citizens of one call

# LINE's own words (Messaging API reference, "error messages"); a 429 with neither is about too many at once.
_RATE, _QUOTA = "rate limit has been exceeded", "monthly limit"
_NOBODY, _NOBODY_AMONG = "Failed to send messages", re.compile(r"The property, to\[\d+\],")


class Verdict(StrEnum):
    """What LINE's answer means for a message."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # 409: this retry key was accepted before
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - the reply token is used or too old
    RATE = "rate"  # 429: all calls of this kind, slower
    BUSY = "busy"  # 429 of another kind: too many at once, or to one and the same citizen
    QUOTA = "quota"  # 429: the month's messages are used up
    UNREACHABLE = "unreachable"  # 400: LINE knows no such person (any longer)
    RECIPIENTS = "recipients"  # 400: one of a multicast is nobody to LINE; none was sent
    REFUSED = "refused"  # 400: the body
    DENIED = "denied"  # other 4xx
    UNCLEAR = "unclear"  # 5xx, time-out or dropped: it may have arrived
    UNSENT = "unsent"  # no connection: it has not arrived


@dataclass(frozen=True, slots=True)
class Answer:
    """LINE's answer to one call."""

    verdict: Verdict
    status: int | None = None
    request_id: str | None = None
    detail: str = ""  # LINE's message about a 400: names a property, never a person


class Messenger:
    """Sends. One session per event loop, made at first use; close() when the loop ends."""

    def __init__(self, api_url: str, access_token: str) -> None:
        self._url = api_url
        self._headers = {"Authorization": f"Bearer {access_token}", "Content-Type": "application/json"}
        self._session: aiohttp.ClientSession | None = None

    async def reply(self, token: str, messages: bytes) -> Answer:
        """Answer with a reply token. Free of quota; has no retry key."""
        body = b'{"replyToken":%s,"messages":%s}' % (orjson.dumps(token), messages)
        return await self._send("/v2/bot/message/reply", body, {})

    async def push(self, to: str, messages: bytes, retry_key: uuid.UUID) -> Answer:
        """Send without being asked. The same key with the same body arrives once in 24 hours."""
        body = b'{"to":%s,"messages":%s}' % (orjson.dumps(to), messages)
        return await self._send("/v2/bot/message/push", body, {"X-Line-Retry-Key": str(retry_key)})

    async def multicast(self, to: Sequence[str], messages: bytes, retry_key: uuid.UUID) -> Answer:
        """Send the same to at most 500 citizens. The same key with the same body arrives once in 24 hours."""
        body = b'{"to":%s,"messages":%s}' % (orjson.dumps(to), messages)
        return await self._send("/v2/bot/message/multicast", body, {"X-Line-Retry-Key": str(retry_key)})

    async def show_loading(self, citizen: str) -> None:
        """LINE's loading animation in a one-to-one chat; an ornament, so its failure is none."""
        if citizen.startswith("U"):
            body = orjson.dumps({"chatId": citizen, "loadingSeconds": LOADING_SECONDS})
            await self._send("/v2/bot/chat/loading/start", body, {})

    async def line_language(self, citizen: str) -> str | None:
        """The language of the citizen's LINE (BCP 47); None when LINE does not say in time."""
        timeout = aiohttp.ClientTimeout(total=PROFILE_SECONDS)
        try:
            async with self._open().get(f"{self._url}/v2/bot/profile/{citizen}", timeout=timeout) as response:
                if response.status != 200:
                    return None
                profile: Any = orjson.loads(await response.content.read(MOST_BYTES_READ))
        except (aiohttp.ClientError, TimeoutError, orjson.JSONDecodeError):
            return None
        language = profile.get("language") if isinstance(profile, dict) else None
        return language if isinstance(language, str) else None

    async def close(self) -> None:
        """Close the kept connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS, sock_connect=CONNECT_SECONDS),
                auto_decompress=False,
            )
        return self._session

    async def _send(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        url = self._url + path
        try:
            async with self._open().post(url, data=body, headers=headers, allow_redirects=False) as response:
                request_id = response.headers.get("X-Line-Request-Id")
                # Read also when nothing is wanted of it: an answer left unread costs the kept connection.
                text = (await response.content.read(MOST_BYTES_READ)).decode(errors="replace")
                return Answer(verdict(response.status, text), response.status, request_id, text[:300])
        except aiohttp.ClientConnectorError:
            return Answer(Verdict.UNSENT)
        except (aiohttp.ClientError, TimeoutError):
            return Answer(Verdict.UNCLEAR)


def verdict(status: int, body: str) -> Verdict:
    """What a status other than 200 means (Messaging API reference, "status codes" and "error messages")."""
    if 200 <= status < 300:
        return Verdict.ACCEPTED
    if status == 409:
        return Verdict.DUPLICATE
    if status == 429:
        return Verdict.QUOTA if _QUOTA in body else Verdict.RATE if _RATE in body else Verdict.BUSY
    if status == 400 and _NOBODY in body:
        return Verdict.UNREACHABLE
    if status == 400 and _NOBODY_AMONG.search(body):
        return Verdict.RECIPIENTS
    if status == 400:
        return Verdict.INVALID_TOKEN if "Invalid reply token" in body else Verdict.REFUSED
    if 400 <= status < 500:
        return Verdict.DENIED
    return Verdict.UNCLEAR
