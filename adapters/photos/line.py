"""Photos through LINE's data API (GET /v2/bot/message/{id}/content, Messaging API reference "Get content")."""

from urllib.parse import quote

from domain.errors import OutsideError, Retry
from domain.ports.photos import MOST_PHOTO_BYTES
from infra.exchange import call

SECONDS = 20.0  # for the whole photo
OK, TOO_MANY, SERVER_ERRORS = 200, 429, 500


class LinePhotos:
    """Implements domain.ports.photos.PhotoSource. `data_api_url`: LINE_DATA_API_URL, or the console that plays LINE."""

    def __init__(self, data_api_url: str, access_token: str) -> None:
        self._url = data_api_url
        self._headers = {"Authorization": f"Bearer {access_token}"}

    def fetch(self, message_id: str) -> bytes:
        """One call, with a limit of bytes and seconds. Raises OutsideError."""
        url = f"{self._url}/v2/bot/message/{quote(message_id, safe='')}/content"
        try:
            answer = call("GET", url, headers=self._headers, seconds=SECONDS, most_bytes=MOST_PHOTO_BYTES)
        except OutsideError as error:
            raise OutsideError(error.cause, Retry.NEVER if error.cause == "too_long" else error.retry) from None
        if answer.status == OK:
            return answer.body
        if answer.status == TOO_MANY:
            raise OutsideError("http_429", Retry.THROTTLE)
        raise OutsideError(f"http_{answer.status}", Retry.LATER if answer.status >= SERVER_ERRORS else Retry.NEVER)
