"""Cells of CSV files that spreadsheets open: nothing in them is taken for a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = "\ufeff"  # without it spreadsheets read Chinese as something else
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # OWASP, CSV injection; full-width ones likewise


def safe(text: str) -> str:
    """The text as a cell: one that a spreadsheet would run is led by an apostrophe, which it does not show."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def written(head: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """A whole file, UTF-8 with its mark, lines as RFC 4180 has them. Texts are made safe, numbers stay numbers."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for row in (head, *rows):
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])
    return (BOM + file.getvalue()).encode()
