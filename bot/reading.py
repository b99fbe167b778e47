"""Reads LINE's JSON without ever failing for one part of it: a call carries the events of several citizens."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

MOST_DEPTH = 100  # of nesting; LINE's own events have some 6 levels, and what is deeper would exhaust the stack
MOST_DIGITS = 18  # fits 64 bits; a longer whole number is read as a float

TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)  # a string, or a bracket outside of strings


def decode(body: bytes) -> Mapping[str, Any] | None:
    """The JSON object in `body`; None when there is none.

    Read kindly: lone surrogates, NaN and numbers of any size stay; what is nested too deep becomes null.
    """
    if body.count(b"{") + body.count(b"[") <= MOST_DEPTH:
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            value = _loads(body)
    else:
        value = _loads_deep(body)
    return value if isinstance(value, dict) else None


def _loads_deep(body: bytes) -> object:
    """The same for a body with so many brackets that it may be deep; most are only long."""
    try:
        text = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    shallow = "".join(_shallow(text)).encode("utf-8", "surrogatepass")
    try:
        return orjson.loads(shallow)
    except orjson.JSONDecodeError:
        return _loads(shallow)


def _loads(body: bytes) -> object:
    try:
        return json.loads(body, parse_int=_whole)
    except ValueError:
        return None


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


def _shallow(text: str) -> Iterator[str]:
    """The text in pieces, with null for every array or object that lies deeper than MOST_DEPTH."""
    depth = start = 0
    for token in TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth == MOST_DEPTH + 1:
                yield text[start : token.start()]
                yield "null"
        elif token[0] in "]}":
            if depth == MOST_DEPTH + 1:
                start = token.end()
            depth -= 1
    if depth <= MOST_DEPTH:
        yield text[start:]
