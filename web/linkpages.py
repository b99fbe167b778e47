"""What pages behind signed links have in common: every way in which a link, or its form, is good for nothing."""

from collections.abc import Callable, Mapping

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError

from infra.links import ExpiredLinkError, ForgedLinkError

Kinds = Mapping[type[Exception], tuple[str, int]]
KINDS: Kinds = {
    ForgedLinkError: ("unknown", 404),
    ExpiredLinkError: ("expired", 410),
    CSRFError: ("stale_form", 400),
    RateLimitExceeded: ("too_many", 429),
}


def say_what_is_wrong(room: Blueprint, page: Callable[[str, int], ResponseReturnValue], own: Kinds) -> None:
    """Answer these errors, and a room's `own`, with its page: a word for what happened, and the status."""
    for error, (what, status) in {**KINDS, **own}.items():
        room.register_error_handler(error, _answer(page, what, status))


def _answer(
    page: Callable[[str, int], ResponseReturnValue], what: str, status: int
) -> Callable[[Exception], ResponseReturnValue]:
    return lambda _error: page(what, status)
