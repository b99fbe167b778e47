"""What LINE keeps of photos, played by an object."""

from domain.errors import OutsideError, Retry


class SentPhotos:
    """Implements domain.ports.photos.PhotoSource: gives out what was put in, and nothing else."""

    def __init__(self) -> None:
        self._photos: dict[str, bytes] = {}

    def put(self, photo: bytes) -> str:
        """The id of the message with this photo."""
        message_id = str(100 + len(self._photos))
        self._photos[message_id] = photo
        return message_id

    def fetch(self, message_id: str) -> bytes:
        """The photo; one that is not there was taken back."""
        if message_id not in self._photos:
            raise OutsideError("http_410", Retry.NEVER)
        return self._photos[message_id]
