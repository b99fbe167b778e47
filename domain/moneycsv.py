"""The CSV of money that others took for us: a store collection file, or a provider's settlement file. Pure.

Columns `reference,number,amount,paid_at`: the taker's own number of the money, our number it was taken under (the
second segment of a store barcode, or the trade number), whole NT$, and the moment in Taiwan, 2026-11-21T15:04:05.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.clock import TAIPEI

COLUMNS = ("reference", "number", "amount", "paid_at")
LONGEST_REFERENCE = 64
_NUMBER = re.compile(r"[0-9A-Z]{1,20}")
_AMOUNT = re.compile(r"[1-9][0-9]{0,6}")


class HeaderError(ValueError):
    """The first line does not name the columns."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One row. Amount in NT$."""

    line: int  # in the file, the header being 1
    reference: str
    number: str
    amount: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Malformed:
    """A row that cannot be read; `column` is the first that is wrong."""

    line: int
    column: str


def read(lines: Iterable[str]) -> Iterator[Taken | Malformed]:
    """Row by row. Raises HeaderError."""
    rows = csv.reader(lines)
    header = [name.strip().lstrip("\ufeff") for name in next(rows, [])]
    if tuple(header) != COLUMNS:
        raise HeaderError(f"the first line must be {','.join(COLUMNS)}")
    for row in rows:
        if row:
            yield _row(rows.line_num, [field.strip() for field in row])


def _row(line: int, row: list[str]) -> Taken | Malformed:
    if len(row) != len(COLUMNS):
        return Malformed(line, "columns")
    reference, number, amount, paid_at = row
    if not 0 < len(reference) <= LONGEST_REFERENCE or not reference.isprintable():
        return Malformed(line, "reference")
    if not _NUMBER.fullmatch(number):
        return Malformed(line, "number")
    if not _AMOUNT.fullmatch(amount):
        return Malformed(line, "amount")
    try:
        moment = datetime.strptime(paid_at, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=TAIPEI)
    except ValueError:
        return Malformed(line, "paid_at")
    return Taken(line, reference, number, int(amount), moment)
