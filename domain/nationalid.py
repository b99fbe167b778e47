"""身分證字號 and 居留證號碼: their shapes and check digit (taiwan-id-validator; numbers of the letters 內政部). Pure.

What holds one never shows it: no repr, no text of an error.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from domain.errors import CitizenMistakeError

# Letters in the order of the numbers 10 to 35 that stand for them.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
_SHAPE = re.compile(r"[A-Z](?:[1289]|[A-D])[0-9]{8}", re.ASCII)
_ALONE = re.compile(rf"(?<![A-Z0-9]){_SHAPE.pattern}(?![A-Z0-9])", re.ASCII)
_DAY = re.compile(r"([0-9]{2,4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", re.ASCII)
_DIGITS = re.compile(r"([0-9]{2,4})([0-9]{2})([0-9]{2})", re.ASCII)
FIRST_YEAR = 1900
ROC_BEGINS = 1911  # 民國 1 is 1912


class NationalIdError(CitizenMistakeError):
    """No such number can have been given out."""


class BirthdayError(CitizenMistakeError):
    """No day, or none on which somebody living can have been born."""


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What an agency knows a person by."""

    number: str
    birthday: date

    @classmethod
    def parse(cls, number: str, birthday: str, today: date) -> "Person":
        """As typed. Raises NationalIdError or BirthdayError, whose texts hold nothing of it."""
        typed = _plain(number)
        if not is_valid(typed):
            raise NationalIdError("身分證字號或居留證號碼不對，請檢查是否打錯。")
        return cls(typed, _birthday(birthday, today))


def is_valid(number: str) -> bool:
    """Whether the check digit is right: 國民身分證 [A-Z][12], 居留證 [A-Z][89], the older 居留證 [A-Z][A-D]."""
    if not _SHAPE.fullmatch(number):
        return False
    first = 10 + _LETTERS.index(number[0])
    second = int(number[1]) if number[1].isdigit() else (10 + _LETTERS.index(number[1])) % 10
    digits = (first // 10, first % 10, second, *map(int, number[2:]))
    return sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 10 == 0


def holds_one(text: str) -> bool:
    """Whether a text holds a number that a person has: one with a right check digit, standing alone."""
    written = unicodedata.normalize("NFKC", text).upper()
    return any(is_valid(found) for found in _ALONE.findall(written))


def _plain(number: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number)).upper()


def _birthday(text: str, today: date) -> date:
    """1990-01-31, 1990/1/31, 19900131; and by the years of the Republic, 79/1/31, 0790131."""
    written = re.sub(r"\s|民國", "", unicodedata.normalize("NFKC", text))
    match = _DAY.fullmatch(written) or _DIGITS.fullmatch(written)
    try:
        year, month, day = map(int, match.groups()) if match else (0, 0, 0)
        born = date(year if year >= FIRST_YEAR else year + ROC_BEGINS, month, day)
    except ValueError:
        born = today
    if not date(FIRST_YEAR, 1, 1) <= born < today:
        raise BirthdayError("生日不對，請輸入西元或民國年月日，例如 1990/1/31 或 79/1/31。")
    return born
