"""政府行政機關辦公日曆表: the yearly CSV of the 行政院人事行政總處, one row a day. Pure.

Columns 西元日期 (20270101), 星期, 是否放假 (0 works, 2 off), 備註 (the holiday's name, 補行上班 …).
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

DATE, OFF, NAME = "西元日期", "是否放假", "備註"
WORKS = {"0": True, "2": False}
LONGEST_NAME = 40
NAMELESS = {True: "補班日", False: "放假日"}  # rows without 備註


class OfficeDaysError(ValueError):
    """The file is not such a calendar; says the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class OfficeDayRow:
    """One day of the office calendar."""

    day: date
    works: bool
    name: str

    @property
    def usual(self) -> bool:
        """Whether it is as the week has it."""
        return self.works == (self.day.weekday() < 5)


def decoded(data: bytes) -> str:
    """The text of a file, UTF-8 or the Big5 that older years come in. Raises OfficeDaysError."""
    for encoding in ("utf-8-sig", "cp950"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise OfficeDaysError("neither UTF-8 nor Big5")


def read(lines: Iterable[str]) -> Sequence[OfficeDayRow]:
    """The days that are not as the week has them: holidays on working days, and 補班日. Raises OfficeDaysError."""
    rows = csv.DictReader(lines)
    if missing := [column for column in (DATE, OFF) if column not in (rows.fieldnames or ())]:
        raise OfficeDaysError(f"no column {missing[0]}")
    found: dict[date, OfficeDayRow] = {}
    for row in rows:
        one = _row(row, rows.line_num)
        if one.day in found:
            raise OfficeDaysError(f"line {rows.line_num}: {one.day} is there twice")
        found[one.day] = one
    return [one for one in found.values() if not one.usual]


def _row(row: dict[str, str | None], line: int) -> OfficeDayRow:
    written, off = (row.get(DATE) or "").strip(), (row.get(OFF) or "").strip()
    try:
        day = datetime.strptime(written, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise OfficeDaysError(f"line {line}: {written[:20]!r} is no date like 20270101") from None
    if off not in WORKS:
        raise OfficeDaysError(f"line {line}: {OFF} is 0 or 2, not {off[:20]!r}")
    name = (row.get(NAME) or "").strip() or NAMELESS[WORKS[off]]
    return OfficeDayRow(day, WORKS[off], name[:LONGEST_NAME])
