"""Addresses in a text, read as wherever they might lead; nothing here, or after it, opens one.

A pasted message is hostile text, and programs disagree about what in it is an address: browsers read `\\` as `/`,
`。` as a dot and full-width letters as plain ones (WHATWG URL, UTS 46), others stop there. So what can be read in two
ways is no plain address but a disguise, and whatever may be a second address counts as one.
"""

import re
from dataclasses import dataclass

MOST_LINKS = 20  # of one text: more say nothing new

_CJK = "\u2e80-\u2fff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # of a sentence around an address
_STOP = r"\s，、；！？「」『』（）《》〈〉【】…<>\"“”‘’|^`{}"
_DOT = "[.．。｡]"  # IDNA reads all four as one (RFC 3490 §3.1)
_LABEL = rf"(?:[^\W{_CJK}]|-){{1,63}}"
_TOP = rf"(?:xn--[a-z0-9-]{{2,59}}|[^\W\d_{_CJK}]{{2,63}})(?![a-z0-9_])"
_NUMBERS = r"\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
# The first half with a scheme, the second without; http: and https: need no slashes to be opened.
_SCHEMED = re.compile(
    rf"(?:(?P<scheme>[a-z][a-z0-9+.-]{{1,15}}):(?P<slashes>[/\\]{{1,8}})|(?P<bare>https?):)"
    rf"(?P<authority>[^{_STOP}{_CJK}/\\?#]*)",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?<![^\W{_CJK}])(?<![^\W{_CJK}]{_DOT})(?<![@/\\=&?#%-])(?P<host>(?:{_LABEL}{_DOT})+{_TOP}|{_NUMBERS})(?P<port>:\d{{1,5}})?",
    re.IGNORECASE,
)
_TAIL = re.compile(rf"[^{_STOP}/\\?#]*")  # what stands behind a host, up to its path
_GOES_ON = re.compile(rf"@|{_DOT}[^\W\d_]")  # a tail that would make another host of it
_PLAIN = re.compile(r"(?P<host>(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]+|localhost)(?::(?P<port>\d{1,5}))?")
_USUAL_TOPS = frozenset(  # what an address without a scheme mostly ends with, and words with a dot in them do not
    ("com", "net", "org", "tw", "taipei", "cc", "top", "xyz", "vip", "info", "shop", "site", "online", "app", "link")
)
_END_OF_SENTENCE = ".,;:!'*_~)]"
_FULL_STOP = re.compile(r"。(?![a-z0-9])", re.IGNORECASE)  # the Chinese one, which no host goes on after


@dataclass(frozen=True, slots=True)
class WebLink:
    """One address. `host`: lower case; of a disguised one perhaps not where it leads, so only good to be shown."""

    host: str
    scheme: str = ""  # lower case; "": none written
    port: str = ""
    disguised: bool = False  # written so that readers and programs disagree on where it leads
    clear: bool = True  # surely meant as an address, not a word with a dot in it


def links(text: str) -> tuple[WebLink, ...]:
    """The addresses in a text, in their order, each once."""
    text = _FULL_STOP.sub(" ", text)
    found = [(match.start(), _schemed(text, match)) for match in _SCHEMED.finditer(text)]
    taken = [match.span() for match in _SCHEMED.finditer(text)]
    for match in _BARE.finditer(text):
        inside = any(start <= match.start() < end for start, end in taken)
        link = None if inside else _bare(text, match)
        if link is not None:
            found.append((match.start(), link))
    return tuple(dict.fromkeys(link for _, link in sorted(found, key=lambda pair: pair[0])))[:MOST_LINKS]


def holds_link(text: str) -> bool:
    """Whether a text holds what is surely meant as an address."""
    return any(link.clear for link in links(text))


def _schemed(text: str, match: re.Match[str]) -> WebLink:
    scheme = (match["scheme"] or match["bare"]).lower()
    follows = text[match.end() : match.end() + 1]
    authority = match["authority"]
    if not follows or follows not in "/\\?#":
        authority = authority.rstrip(_END_OF_SENTENCE)
    odd = (match["slashes"] or "//") != "//" or follows == "\\" or _goes_on(text, match.end())
    return _link(authority, scheme, odd=odd)


def _bare(text: str, match: re.Match[str]) -> WebLink | None:
    """Without a scheme. None for the name of an e-mail address; one with a path is no e-mail address."""
    tail = _TAIL.match(text, match.end())
    follows = text[tail.end() : tail.end() + 1] if tail else ""
    slash = bool(follows) and follows in "/\\"
    if text[match.end() : match.end() + 1] == "@" and not slash:
        return None
    clear = slash or match["host"].lower().rpartition(".")[2] in _USUAL_TOPS
    odd = follows == "\\" or _goes_on(text, match.end())
    return _link(match["host"] + (match["port"] or ""), "", odd=odd, clear=clear)


def _goes_on(text: str, end: int) -> bool:
    tail = _TAIL.match(text, end)
    return tail is not None and _GOES_ON.search(tail[0]) is not None


def _link(authority: str, scheme: str, *, odd: bool, clear: bool = True) -> WebLink:
    lowered = authority.lower()
    plain = _PLAIN.fullmatch(lowered) if lowered.isascii() else None
    if plain is None:
        return WebLink(lowered.rpartition("@")[2], scheme, "", disguised=True, clear=clear)
    return WebLink(plain["host"], scheme, plain["port"] or "", odd, clear)
