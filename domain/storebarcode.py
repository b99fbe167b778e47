"""The convenience stores' three-segment barcode (三段式條碼／繳費條碼), facts/taiwan.md §3. Pure.

1. pay-by date as ROC yymmdd, and the collection code of three characters: 9
2. our own number of the slip: 16
3. MMDD of the pay-by date, two check characters, the amount as nine digits: 15
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from domain.reader import msgid

PROVIDER = "store"  # whom money collected by stores came from, in our books
NAME = msgid("超商繳費條碼")
MOST_AMOUNT = 20_000  # NT$ a store takes at once
COLLECTION_CODE = re.compile(r"[0-9A-Z]{3}")
OWN_NUMBER = re.compile(r"[0-9A-Z]{16}")
ROC_YEARS = 1911
_CHECK_AT = slice(4, 6)  # where the check characters stand in the third segment
_SIGNS = {"+": 1, "%": 2, "-": 6, ".": 7, " ": 8, "$": 9, "/": 0}


class SegmentsError(ValueError):
    """Not three segments of a store barcode, or their check characters are wrong."""


@dataclass(frozen=True, slots=True)
class Segments:
    """The three barcodes, in the order a till scans them."""

    first: str
    second: str
    third: str

    @classmethod
    def of(cls, collection_code: str, number: str, pay_by: date, amount: int) -> "Segments":
        """The barcode of a slip. `amount` in NT$. Raises SegmentsError for what a till would refuse."""
        if not COLLECTION_CODE.fullmatch(collection_code) or not OWN_NUMBER.fullmatch(number):
            raise SegmentsError("code or number")
        if not 0 < amount <= MOST_AMOUNT:
            raise SegmentsError("amount")
        first = f"{(pay_by.year - ROC_YEARS) % 100:02}{pay_by:%m%d}{collection_code}"
        day, nine = f"{pay_by:%m%d}", f"{amount:09}"
        return cls(first, number, day + check_characters(first, number, day + nine) + nine)

    @classmethod
    def read(cls, first: str, second: str, third: str) -> "Segments":
        """What a scanner read, its start and stop signs too. Raises SegmentsError."""
        parts = [part.strip("*").upper() for part in (first, second, third)]
        if [len(part) for part in parts] != [9, 16, 15] or not parts[2][6:].isdecimal():
            raise SegmentsError("length")
        unchecked = parts[2][: _CHECK_AT.start] + parts[2][_CHECK_AT.stop :]
        if parts[2][_CHECK_AT] != check_characters(parts[0], parts[1], unchecked):
            raise SegmentsError("check characters")
        return cls(*parts)

    @property
    def amount(self) -> int:
        """NT$."""
        return int(self.third[6:])


def check_characters(first: str, second: str, third: str) -> str:
    """The two check characters. `third`: without them; positions count from 1 in each segment anew.

    Sum of odd places mod 11, 0 as A and 10 as B; sum of even places mod 11, 0 as X and 10 as Y. Raises SegmentsError.
    """
    odd = _total(chain(first[::2], second[::2], third[::2])) % 11
    even = _total(chain(first[1::2], second[1::2], third[1::2])) % 11
    return {0: "A", 10: "B"}.get(odd, str(odd)) + {0: "X", 10: "Y"}.get(even, str(even))


def _total(characters: Iterable[str]) -> int:
    return sum(_value(character) for character in characters)


def _value(character: str) -> int:
    """Digits as they are; A–I and J–R 1–9, S–Z 2–9; seven signs of Code 39."""
    if "0" <= character <= "9":
        return int(character)
    if "A" <= character <= "R":
        return (ord(character) - ord("A")) % 9 + 1
    if "S" <= character <= "Z":
        return ord(character) - ord("S") + 2
    if character in _SIGNS:
        return _SIGNS[character]
    raise SegmentsError("character")
