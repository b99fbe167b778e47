"""What a check writes its findings into, and the ways LINE counts."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import regex

from web.console.lineapi import limits
from web.console.lineapi.errors import Path, Problem

_GRAPHEME = regex.compile(r"\X")
_URI_CHARACTERS = regex.compile(r"[!-~]+")
ACTION_SCHEMES = frozenset({"http", "https", "line", "tel"})


def utf16_units(text: str) -> int:
    """Length in UTF-16 code units: an emoji outside the basic plane counts two."""
    return len(text) + sum(character > "\uffff" for character in text) if not text.isascii() else len(text)


def graphemes(text: str) -> int:
    """Length in grapheme clusters: a family emoji counts one."""
    return len(text) if text.isascii() and "\r" not in text else len(_GRAPHEME.findall(text))


class Report:
    """The problems found in one body. `own_hosts` (host:port) are excused from https: the console's own address."""

    __slots__ = ("own_hosts", "problems")

    def __init__(self, own_hosts: frozenset[str] = frozenset()) -> None:
        self.own_hosts = own_hosts
        self.problems: list[Problem] = []

    def add(self, path: Path, message: str) -> None:
        """Note one problem."""
        self.problems.append(Problem(path, message))

    def units(self, path: Path, text: str | None, most: int, *, least: int = 1) -> None:
        """Hold a text to `least`..`most` UTF-16 code units; an absent text is somebody else's business."""
        if text is not None and (len(text) < least or (len(text) * 2 > most and utf16_units(text) > most)):
            self._length(path, least, most)

    def graphemes(self, path: Path, text: str | None, most: int, *, least: int = 1) -> None:
        """Hold a text to `least`..`most` grapheme clusters."""
        if text is not None and (len(text) < least or (len(text) > most and graphemes(text) > most)):
            self._length(path, least, most)

    def _length(self, path: Path, least: int, most: int) -> None:
        self.add(path, f"Length must be between {least} and {most}")

    def count(self, path: Path, items: Sequence[object], most: int, *, least: int = 1) -> None:
        """Hold a list to `least`..`most` items."""
        if not least <= len(items) <= most:
            self.add(path, f"Size must be between {least} and {most}")

    def url(self, path: Path, url: str | None, most: int = limits.URL) -> None:
        """Hold the address of an image or a file to https and its length."""
        if url is None:
            return
        self.units(path, url, most)
        parts = _split(url)
        if parts is None:
            self.add(path, "Must be a valid URL")
        elif parts[0] != "https" and not (parts[0] == "http" and parts[1] in self.own_hosts):
            self.add(path, "Must be an HTTPS URL")

    def action_uri(self, path: Path, uri: str | None, most: int = limits.ACTION_URI) -> None:
        """Hold the target of a uri action to its length and to http, https, line and tel."""
        if uri is None:
            return
        self.units(path, uri, most)
        scheme, colon, rest = uri.partition(":")
        if not colon or scheme.lower() not in ACTION_SCHEMES:
            self.add(path, "invalid uri scheme")
        elif not rest or not _URI_CHARACTERS.fullmatch(uri) or (scheme.lower().startswith("http") and not _split(uri)):
            self.add(path, "invalid uri")


def _split(url: str) -> tuple[str, str] | None:
    """Scheme and host:port of an absolute URL, None when it is not one."""
    if not _URI_CHARACTERS.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (parts.scheme.lower(), parts.netloc.lower()) if parts.scheme and parts.hostname else None
