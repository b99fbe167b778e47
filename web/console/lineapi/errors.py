"""Errors in LINE's own shape: `{"message": ..., "details": [{"message", "property"}]}`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

Path = tuple[str | int, ...]

CONTENT_TYPE = "application/json"
INVALID_REPLY_TOKEN = "Invalid reply token"  # noqa: S105 - a message, not a secret
RETRY_KEY_ACCEPTED = "The retry key is already accepted"
RATE_EXCEEDED = "The API rate limit has been exceeded. Try again later."
QUOTA_EXCEEDED = "You have reached your monthly limit."
UNKNOWN_RECEIVER = "Failed to send messages"
NOT_FOUND = "Not found"
BAD_TOKEN = "Authentication failed due to the following reason: invalid token. Confirm that the access token in the authorization header is valid."  # noqa: S105, E501 - a message, not a secret
NOT_JSON = "The request body could not be parsed as JSON (line: 1, column: 1)"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a request body: where (JSON path from the body's root) and what."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A response of the API, ready for the wire."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = CONTENT_TYPE

    @classmethod
    def of(cls, content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> "Answer":
        """An answer with a JSON body."""
        return cls(status, orjson.dumps(content), headers or {})


class ApiError(Exception):
    """A refused request. `extra` are members of the error body beside `message` and `details`."""

    def __init__(
        self,
        status: int,
        message: str,
        problems: Sequence[Problem] = (),
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.problems = tuple(problems)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def answer(self) -> Answer:
        """The response LINE would give."""
        content: dict[str, object] = {"message": self.message}
        if self.problems:
            content["details"] = [{"message": p.message, "property": property_name(p.path)} for p in self.problems]
        return Answer.of(content | self.extra, self.status, self.headers)


def refusal(problems: Sequence[Problem]) -> ApiError:
    """The 400 for a body with these problems. Inside Flex contents LINE names the message and points into it
    (seen live: line-bot-sdk-go issue 657); elsewhere it counts the errors of the body."""
    first = problems[0].path
    if _inside_flex(first):
        same = [problem for problem in problems if problem.path[:3] == first[:3]]
        return ApiError(400, f"A message (messages[{first[1]}]) in the request body is invalid", same)
    return ApiError(400, f"The request body has {len(problems)} error(s)", problems)


def property_name(path: Path) -> str:
    """A path as LINE writes it: `messages[0].text`, and `/footer/contents/2` inside Flex contents."""
    if _inside_flex(path):
        return "".join(f"/{step}" for step in path[3:]) or "/"
    name = ""
    for step in path:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
    return name


def _inside_flex(path: Path) -> bool:
    return len(path) > 2 and path[0] == "messages" and path[2] == "contents"
