"""One request to the API, as its handlers see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from web.console.lineapi.errors import NOT_JSON, Answer, ApiError


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose token has been checked. `headers` have lower-case names, `ids` are the path's variables."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    request_id: str
    ids: tuple[str, ...] = ()

    def json(self) -> Any:
        """The parsed body. Raises ApiError 415 for another content type, 400 for what is not JSON."""
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise ApiError(415, "Unsupported media type")
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise ApiError(400, NOT_JSON) from error


Handler = Callable[[Call], Answer]
