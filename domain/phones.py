"""Mobile numbers (手機號碼) as people write them: every spelling is taken, none is changed in meaning.

facts/taiwan.md §6.3: `09` and eight digits once blanks, dashes and brackets are gone; +886 9…, 886 9… and 00886 9…
are the same number written for abroad, with or without the 0 that is dropped there.
"""

import re
import unicodedata
from dataclasses import dataclass

from domain.errors import CitizenMistakeError
from domain.reader import msgid

LONGEST_TEXT = 60  # what is longer is no number, whatever it holds
_LABEL = re.compile(r"(?:手機(?:號碼)?|電話|行動電話|mobile|tel|phone)\s*:?", re.IGNORECASE)
_DASH_LIKE = "−ー_~·•‧・.⁃˗➖/"  # typed between groups, though no dash to Unicode
_MOBILE = re.compile(r"(?:(?:\+|00)?886)?0?(9[0-9]{8})")
_HOME = re.compile(r"09[0-9]{8}")


class PhoneError(CitizenMistakeError):
    """What was typed is no Taiwanese mobile number."""


@dataclass(frozen=True, slots=True, repr=False)
class Mobile:
    """A Taiwanese mobile number. `national`: ten digits, 09 first. Its repr tells nothing, for logs and tracebacks."""

    national: str

    def __post_init__(self) -> None:
        if not (self.national.isascii() and _HOME.fullmatch(self.national)):
            raise ValueError("no mobile number")

    @property
    def last_three(self) -> str:
        """What its owner knows it by, and a stranger cannot call."""
        return self.national[-3:]

    @property
    def masked(self) -> str:
        """For lists and cards: 0912-•••-678."""
        return f"{self.national[:4]}-•••-{self.last_three}"

    @property
    def grouped(self) -> str:
        """As people read it: 0912-345-678."""
        return f"{self.national[:4]}-{self.national[4:7]}-{self.national[7:]}"


def parse_mobile(text: str) -> Mobile:
    """The number a text says. Raises PhoneError."""
    written = _bare(text) if len(text) <= LONGEST_TEXT else ""
    match = _MOBILE.fullmatch(written)
    if match is None or not (written.startswith("0") or "886" in written[:5]):
        raise PhoneError(msgid("這不是臺灣的手機號碼。請輸入 09 開頭的 10 位數字，例如 0912-345-678。"))
    return Mobile(f"0{match[1]}")


def _bare(text: str) -> str:
    """Digits and a leading plus: blanks, dashes, brackets and signs that cannot be seen are gone."""
    normal = _LABEL.sub("", unicodedata.normalize("NFKC", text), count=1)
    return "".join(c for c in normal if not _is_separator(c))


def _is_separator(character: str) -> bool:
    return unicodedata.category(character) in ("Zs", "Cf", "Pd", "Ps", "Pe") or character in _DASH_LIKE
