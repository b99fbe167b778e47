"""Port of photos sent in the chat: LINE keeps them for a while, and gives them out by the message's id."""

from typing import Protocol

MOST_PHOTO_BYTES = 10 * 1024 * 1024  # LINE's own limit for an image message


class PhotoSource(Protocol):
    """Gives out the bytes of a photo message."""

    def fetch(self, message_id: str) -> bytes:
        """The photo as LINE has it; what it really is, whoever keeps it must look.

        Raises OutsideError: NEVER where it will not come any more (unsent, expired, too large), else LATER or THROTTLE.
        """
        ...
