"""繳費編號 of passes, in the shape of the city's own, K3267050092242D: what is read out on the phone about a payment.

    K  3  26  7050  092242  D
    |  |  |   |     |       check letter
    |  |  |   |     time of day, when the payment was begun
    |  |  |   serial number, so that two of one second differ
    |  |  day of the month
    |  month: 1 to 9, then A, B, C
    always K

All ten numbers of the source have 7050 and D, so nothing can be checked by its D. Here the last letter is a check: the
values of the thirteen characters before it, the first times 1, the second times 2 and so on, summed modulo 23 and
written as one of 23 letters (no I, O, Q). 23 is prime and larger than any value or place, so one wrong character and
two exchanged ones are always noticed.
"""

import re
from datetime import datetime

from domain.clock import TAIPEI

SERIALS = 10_000
_MONTHS = "123456789ABC"
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_SHAPE = re.compile(r"K([1-9A-C]\d{12})([A-Z])")


def pay_number(begun_at: datetime, serial: int) -> str:
    """The number of a payment begun at an aware moment. Raises ValueError unless 0 <= serial < 10,000."""
    if not 0 <= serial < SERIALS:
        raise ValueError(f"serial {serial}")
    local = begun_at.astimezone(TAIPEI)
    told = f"{_MONTHS[local.month - 1]}{local:%d}{serial:04}{local:%H%M%S}"
    return f"K{told}{_check(told)}"


def is_pay_number(text: str) -> bool:
    """Whether this can be a number of ours: its shape, and its check letter."""
    match = _SHAPE.fullmatch(text)
    return match is not None and _check(match[1]) == match[2]


def _check(told: str) -> str:
    return _LETTERS[sum(place * int(one, 13) for place, one in enumerate(told, 1)) % len(_LETTERS)]
