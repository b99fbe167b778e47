"""pay.taipei's own address of a road-side parking bill, with its check digits (facts/taiwan.md §1.4).

The check is a guard against typing errors of 16 bits, not an authorisation.
"""

import hashlib
import re
from dataclasses import dataclass

AGENCY = "TPE"
ROAD_PARKING = "2"  # pay.taipei's id of the fee
DEFAULT_TYPE = "2"
KNOWN_NUMBER = re.compile(r"Q[0-9A-Z]{14}\Z", re.ASCII)  # what Taipei's own QR of a paper slip takes
_SLIP = re.compile(r"(?i:https://parkingfee\.pma\.gov\.taipei)/qr\?tno=([0-9A-Z]{9,20})", re.ASCII)
_PAY = re.compile(
    r"(?i:https://pay\.taipei)/qr/(\d{1,3})/([0-9A-Z]{1,20})/([0-9a-f]{4})(?:/(\d{1,2}))?/?", re.ASCII | re.IGNORECASE
)


class CheckDigitsError(ValueError):
    """An address of pay.taipei whose check digits are not those of its number."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What a QR of Taipei names: a bill's number, and pay.taipei's id of its fee."""

    fee_id: str
    number: str


def read(address: str) -> Slip | None:
    """The bill that the QR of a paper slip or of pay.taipei names; None for any other text. The address is not opened.

    Raises CheckDigitsError.
    """
    if found := _SLIP.fullmatch(address):
        return Slip(ROAD_PARKING, found[1])
    found = _PAY.fullmatch(address)
    if found is None:
        return None
    fee_id, number, check, type_ = found.groups(default="")
    if check.lower() != check_digits(fee_id, number, type_):
        raise CheckDigitsError
    return Slip(fee_id, number)


def check_digits(fee_id: str, number: str, type_: str = "") -> str:
    """The four hexadecimal characters pay.taipei expects; `type_` is left out in its older form."""
    return hashlib.sha256(f"{fee_id}{number}{type_}".encode("ascii")).hexdigest()[:4]


def bill_url(number: str) -> str | None:
    """The official page of a Taipei road-side bill; None for a number of another shape, which is never guessed at."""
    if not KNOWN_NUMBER.match(number):
        return None
    check = check_digits(ROAD_PARKING, number, DEFAULT_TYPE)
    return f"https://pay.taipei/qr/{ROAD_PARKING}/{number}/{check}/{DEFAULT_TYPE}"
