"""Port of reading the codes in a photo."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class Trouble(StrEnum):
    """Why a photo could not be looked at."""

    GONE = "gone"  # taken back, or too old: LINE has it no longer
    TOO_LARGE = "too_large"  # bytes or pixels
    NO_PHOTO = "no_photo"  # broken, or not a picture
    TOO_LONG = "too_long"  # given up
    AWAY = "away"  # LINE did not give it, or too many photos wait to be read


class PhotoError(Exception):
    """A photo that was not read. Its text is one word, never anything of the photo."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class CodeReader(Protocol):
    """Reads QR codes and barcodes."""

    async def read(self, photo: bytes) -> Sequence[str]:
        """The texts of a photo's codes, in reading order. Raises PhotoError. Bounded in pixels, memory and seconds."""
        ...
