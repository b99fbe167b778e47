"""The photo of a message, from LINE's data API: GET /v2/bot/message/{messageId}/content (reference "Get content")."""

import asyncio
import re

import aiohttp

from domain.ports.scanning import PhotoError, Trouble

MOST_BYTES = 10_000_000  # LINE's own limit of a photo
SECONDS = 5.0
CONNECT_SECONDS = 2.0
AGAIN_SECONDS = 0.5  # until it is asked again for a photo that LINE has not stored yet
_MESSAGE_ID = re.compile(r"\d{1,32}", re.ASCII)
_NOT_YET = 202
_NOT_ANY_MORE = (404, 410)


class LinePhotos:
    """Implements domain.ports.scanning.Photos. A connection a photo: they are few, and none outlives its event loop."""

    def __init__(self, data_api_url: str, access_token: str) -> None:
        self._url = data_api_url
        self._headers = {"Authorization": f"Bearer {access_token}"}

    async def fetch(self, message_id: str) -> bytes:
        """As the port says."""
        if not _MESSAGE_ID.fullmatch(message_id):
            raise PhotoError(Trouble.GONE)
        timeout = aiohttp.ClientTimeout(total=SECONDS, sock_connect=CONNECT_SECONDS)
        url = f"{self._url}/v2/bot/message/{message_id}/content"
        try:
            async with (
                asyncio.timeout(SECONDS),
                aiohttp.ClientSession(headers=self._headers, timeout=timeout, auto_decompress=False) as session,
            ):
                while (photo := await _get(session, url)) is None:
                    await asyncio.sleep(AGAIN_SECONDS)
                return photo
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise PhotoError(Trouble.AWAY) from None


async def _get(session: aiohttp.ClientSession, url: str) -> bytes | None:
    """The bytes; None while LINE has not stored them yet."""
    async with session.get(url, allow_redirects=False) as answer:
        if answer.status == _NOT_YET:
            return None
        if answer.status in _NOT_ANY_MORE:
            raise PhotoError(Trouble.GONE)
        if answer.status != 200:
            raise PhotoError(Trouble.AWAY)
        body = bytearray()
        async for part in answer.content.iter_any():
            body += part
            if len(body) > MOST_BYTES:
                raise PhotoError(Trouble.TOO_LARGE)
        return bytes(body)
