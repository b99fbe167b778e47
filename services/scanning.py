"""A photo in the chat and the codes in it. Neither is kept: the conversation is told what was read."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from domain.errors import OutsideError, Retry
from domain.ports.photos import PhotoSource
from domain.ports.scanning import CodeReader, PhotoError, Trouble
from infra import metrics

FETCH_SECONDS = 5.0  # with the reader's own limits it stays below what an outside question may take (bot/inbox.py)
AT_ONCE = 4  # photos on their way from LINE to this process


class Scanning:
    """Fetches photos from LINE and has them read."""

    def __init__(self, photos: PhotoSource, reader: CodeReader) -> None:
        self._photos = photos
        self._reader = reader
        self._fetching = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="photos from LINE")

    async def codes(self, message_id: str) -> Sequence[str] | Trouble:
        """The texts of the codes in the photo of a message, in reading order; or why it could not be looked at."""
        try:
            found = await self._reader.read(await self._fetched(message_id))
        except PhotoError as error:
            metrics.PHOTOS.labels(error.trouble.value).inc()
            return error.trouble
        metrics.PHOTOS.labels("read" if found else "nothing").inc()
        return found

    async def _fetched(self, message_id: str) -> bytes:
        """Raises PhotoError."""
        fetching = asyncio.get_running_loop().run_in_executor(self._fetching, self._photos.fetch, message_id)
        try:
            return await asyncio.wait_for(fetching, FETCH_SECONDS)
        except TimeoutError:
            raise PhotoError(Trouble.AWAY) from None
        except OutsideError as error:
            if error.cause == "too_long":
                raise PhotoError(Trouble.TOO_LARGE) from None
            raise PhotoError(Trouble.GONE if error.retry is Retry.NEVER else Trouble.AWAY) from None
