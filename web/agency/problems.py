"""Errors as RFC 9457 has them: application/problem+json, for every answer of the API that is none."""

import http
from collections.abc import Mapping

import orjson
from pydantic import ValidationError
from werkzeug.wrappers import Response

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 60


class ApiError(Exception):
    """An answer that is no success; its text is the `detail`, and never holds what was sent."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


def response(error: ApiError) -> Response:
    """The whole answer."""
    body = {
        "type": "about:blank",
        "title": http.HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.detail,
    }
    answer = Response(orjson.dumps(body), error.status, mimetype=MEDIA_TYPE)
    answer.headers.extend(error.headers)
    if error.status in (429, 503):
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def first_mistake(error: ValidationError) -> str:
    """Where a shape is not kept and why, without the value."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]
