"""TWQR, the payment string of Taiwanese banks (台灣Pay, FISC), as far as it tells of a bill (facts/taiwan.md §4). Pure.

`TWQRP://{payee}/158/{type}/V1?D1=..&D7=..`, mostly percent-encoded once, and often behind an address and a "?".
Only read: nobody but FISC and banks may make one.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import unquote

MOST_DECODINGS = 2  # one maker encodes twice, for a parameter of an address
MOST_CHARACTERS = 4_296  # the most a QR code holds
_FORM = re.compile(r"TWQRP://([^/?&=#%\x00-\x1f]{1,60})/158/(\d{2})/V1\?([^\s#]*)", re.IGNORECASE)
_TAG = re.compile(r"(D\d{1,2})=([^&]*)", re.IGNORECASE)  # "=" may stand in a value: D3 is base64
_NUMBER = re.compile(r"[0-9A-Z]{1,16}", re.ASCII)
_CENTS = re.compile(r"\d{1,12}", re.ASCII)
_DAY = re.compile(r"\d{8}", re.ASCII)


class What(StrEnum):
    """What a code asks for."""

    PURCHASE = "01"
    TRANSFER = "02"
    BILL = "03"


@dataclass(frozen=True, slots=True)
class Twqr:
    """One string. All of it is what the code says, and may be made up."""

    what: What
    payee: str  # printable characters only
    number: str | None  # D7, 銷帳編號; None where it is left out or only there encrypted (E7)
    amount: int | None  # NT$, from D1 in cents; None where it is not whole dollars
    deadline: date | None  # D4


def read(text: str) -> Twqr | None:
    """The TWQR string in what a QR code says, plain or percent-encoded up to twice; None when there is none."""
    if len(text) > MOST_CHARACTERS:
        return None
    for _ in range(MOST_DECODINGS + 1):
        if found := _FORM.search(text):
            return _read(found)
        text = unquote(text)  # never "+" for a blank: D3 has plus signs
    return None


def _read(found: re.Match[str]) -> Twqr | None:
    payee, what, query = found.groups()
    if what not in set(What):
        return None
    tags = {tag.upper(): value for tag, value in _TAG.findall(query)}
    number, cents = tags.get("D7", "").upper(), tags.get("D1", "")
    dollars, rest = divmod(int(cents), 100) if _CENTS.fullmatch(cents) else (0, 0)
    return Twqr(
        What(what),
        "".join(filter(str.isprintable, payee)).strip(),
        number if _NUMBER.fullmatch(number) else None,
        dollars if dollars and not rest else None,
        _day(tags.get("D4", "")),
    )


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date() if _DAY.fullmatch(text) else None  # noqa: DTZ007 - a day
    except ValueError:
        return None
