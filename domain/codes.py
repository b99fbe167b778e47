"""What the codes of a photo, or a pasted text, say about bills. Pure; nothing is believed, no address opened.

Each claim is only a question to our books: what is owed is what the books say.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import unquote

from domain import paytaipei, slipsegments, twqr
from domain.feeitems import spelled
from domain.nationalid import holds_one
from domain.storebarcode import Segments
from domain.weblinks import holds_link

MOST_TEXTS = 40  # codes of one photo that are looked at
MOST_PASTED = 5_000  # characters, the most a message of LINE has
LEAST_NUMBER = 8  # characters of a bill number that a barcode may hold alone; shorter ones are not worth a lookup
_NUMBER = re.compile(r"(?=(?:[A-Z]*\d){4})[0-9A-Z]{8,20}", re.ASCII)
_AGENCYS = re.compile(r"[0-9A-Z]{1,40}", re.ASCII)  # agencies number their bills as they like
_MAY_BE_CODE = re.compile(r"[:：%％]|\d{9}")  # most of what is typed holds neither an address nor a barcode
_CHAT = re.compile(r"https://line\.me/R/oaMessage/[^/?#\s]{1,40}/\?([^&#\s]{1,120})", re.ASCII)  # services/sliplinks.py


class Source(StrEnum):
    """Which kind of code made a claim."""

    TAIPEI = "taipei"  # the QR of Taipei's paper slip, or of pay.taipei
    STORE = "store"  # 超商三段式條碼
    TWQR = "twqr"  # a bill of 台灣Pay
    CHAT = "chat"  # the QR that our agencies print on their slips
    NUMBER = "number"  # a barcode that holds a number alone


class Refused(StrEnum):
    """Why a code leads to no bill."""

    ADDRESS = "address"  # of somebody else
    CHECK_DIGITS = "check_digits"
    PURCHASE = "purchase"  # 台灣Pay, but a shop's
    TRANSFER = "transfer"  # 台灣Pay, but to somebody's account
    NO_NUMBER = "no_number"  # a bill of 台灣Pay whose number is only there for banks
    UNKNOWN = "unknown"


_NOBODYS = (Refused.ADDRESS, Refused.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Claim:
    """A bill as its code names it."""

    source: Source
    numbers: tuple[str, ...]  # what its number may be, the likeliest first
    agency: str | None = None
    amount: int | None = None  # NT$
    deadline: date | None = None
    payee: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A code that leads to no bill. `text`: of an address, to be judged (domain/officialsites.py)."""

    why: Refused
    text: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What all codes together say. `segments`: barcodes of store slips that still lack their fellows."""

    claims: tuple[Claim, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    segments: tuple[str, ...] = ()


def understand(texts: Iterable[str], kept: Sequence[str] = ()) -> Said:
    """Read the codes of one photo, in reading order. `kept`: segments of earlier photos of the same slip."""
    codes = list(dict.fromkeys(text.strip() for text in texts if text.strip()))[:MOST_TEXTS]
    plain = {code: slipsegments.plain(code) for code in codes}
    slips, left = slipsegments.join([*kept, *plain.values()])
    of_slips = {segment for slip in slips for segment in (slip.first, slip.second, slip.third)}
    found: list[Claim | Refusal] = [_of_slip(slip) for slip in slips]
    found += [_of_code(code) for code in codes if plain[code] not in of_slips and plain[code] not in left]
    # The second or third segment alone may as well be a bill's number in a barcode of its own.
    alone = [one for one in left if one in plain.values() and _is_number(one) and slipsegments.place_of(one) != 0]
    found += [Claim(Source.NUMBER, (segment,)) for segment in alone]
    once = list(dict.fromkeys(found))
    return Said(
        tuple(one for one in once if isinstance(one, Claim)),
        tuple(one for one in once if isinstance(one, Refusal)),
        tuple(left),
    )


def pasted(text: str) -> Said | None:
    """What a message says that is nothing but a code, or the three numbers below a store barcode; None: it is none."""
    if len(text) > MOST_PASTED or not _MAY_BE_CODE.search(text):
        return None
    words = unicodedata.normalize("NFKC", text).split()
    if len(words) == 1:
        found = _of_code(words[0])
        ours = found.source is not Source.NUMBER if isinstance(found, Claim) else found.why not in _NOBODYS
        return understand(words) if ours else None
    slips, left = slipsegments.join([slipsegments.plain(word) for word in words])
    return Said(tuple(map(_of_slip, slips))) if slips and not left and len(words) <= 3 * len(slips) else None


def _of_slip(slip: Segments) -> Claim:
    """Issuers fill the second segment up to 16 characters with zeros, on the right or on the left (facts §3)."""
    right = [slip.second[:end] for end in range(15, LEAST_NUMBER - 1, -1) if not slip.second[end:].strip("0")]
    left = slip.second.lstrip("0")
    numbers = [slip.second, *right, *([left] if len(left) >= LEAST_NUMBER else [])]
    return Claim(Source.STORE, tuple(dict.fromkeys(numbers)), amount=slip.amount)


def _of_code(code: str) -> Claim | Refusal:
    try:
        taipei = paytaipei.read(code)
    except paytaipei.CheckDigitsError:
        return Refusal(Refused.CHECK_DIGITS)
    if taipei is not None:
        return Claim(Source.TAIPEI, (taipei.number,), agency=_agency(taipei))
    if bank := twqr.read(code):
        return _of_bank(bank)
    if chat := _CHAT.fullmatch(code):
        code = unquote(chat[1])
        number = spelled(code)
        known = _AGENCYS.fullmatch(number) and not holds_one(number)
        return Claim(Source.CHAT, (number,)) if known else Refusal(Refused.UNKNOWN)
    number = slipsegments.plain(code).replace("-", "")
    if _is_number(number):
        return Claim(Source.NUMBER, (number,))
    return Refusal(Refused.ADDRESS, code) if holds_link(code) else Refusal(Refused.UNKNOWN)


def _agency(slip: paytaipei.Slip) -> str | None:
    return paytaipei.AGENCY if slip.fee_id == paytaipei.ROAD_PARKING else None


def _of_bank(bank: twqr.Twqr) -> Claim | Refusal:
    if bank.what is not twqr.What.BILL:
        return Refusal(Refused.TRANSFER if bank.what is twqr.What.TRANSFER else Refused.PURCHASE)
    if bank.number is None or holds_one(bank.number):
        return Refusal(Refused.NO_NUMBER)
    return Claim(Source.TWQR, (bank.number,), amount=bank.amount, deadline=bank.deadline, payee=bank.payee)


def _is_number(text: str) -> bool:
    """Whether a text may be a bill's number; somebody's 身分證字號 is not, and is neither looked up nor said again."""
    return _NUMBER.fullmatch(text) is not None and not holds_one(text)
