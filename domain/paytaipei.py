"""pay.taipei's own address of a road-side parking bill, with its check digits (facts/taiwan.md §1.4).

The check is a guard against typing errors of 16 bits, not an authorisation.
"""

import hashlib
import re

AGENCY = "TPE"
ROAD_PARKING = "2"  # pay.taipei's id of the fee
DEFAULT_TYPE = "2"
KNOWN_NUMBER = re.compile(r"Q[0-9A-Z]{14}\Z", re.ASCII)  # what Taipei's own QR of a paper slip takes


def check_digits(fee_id: str, number: str, type_: str = "") -> str:
    """The four hexadecimal characters pay.taipei expects; `type_` is left out in its older form."""
    return hashlib.sha256(f"{fee_id}{number}{type_}".encode("ascii")).hexdigest()[:4]


def bill_url(number: str) -> str | None:
    """The official page of a Taipei road-side bill; None for a number of another shape, which is never guessed at."""
    if not KNOWN_NUMBER.match(number):
        return None
    check = check_digits(ROAD_PARKING, number, DEFAULT_TYPE)
    return f"https://pay.taipei/qr/{ROAD_PARKING}/{number}/{check}/{DEFAULT_TYPE}"
