"""The CSV of an agency's bills: its columns, and what is right and wrong in a row. docs/importing-bills.md tells them.

Most rows are written as the columns want them, and one regular expression per file sees that. A row it does not take is
looked at field by field: put right where its meaning is clear, else refused with a reason. Whatever the expression
takes, the slow way takes unchanged (a test holds the two together).
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime

from domain.feeitems import PARKING
from domain.plates import PlateError, parse_plate

LARGEST_AMOUNT = 9_999_999  # NT$
LONGEST_STREET = 100
LONGEST_ISSUED_HOW = 20
FIRST_YEAR, LAST_YEAR = 2000, 2099
VEHICLE = frozenset({"plate", "kind"})

DAY = (  # a day of FIRST_YEAR to LAST_YEAR that there is
    r"20\d\d-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"|20(?:[02468][048]|[13579][26])-02-29"
)
_MOMENT = rf"(?:{DAY})T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?"
_KINDS = {
    "c": "car", "汽車": "car", "m": "motorcycle", "機車": "motorcycle", "o": "other", "其他": "other",
    "紅黃牌重機": "heavy_motorcycle", "重機": "heavy_motorcycle",
}  # fmt: skip
_MAIL = {"掛號": "registered", "平信": "plain"}
_YES_NO = {"1": "1", "0": "0", "true": "1", "false": "0", "是": "1", "否": "0", "y": "1", "n": "0"}


class RowError(Exception):
    """A row, or the header, that cannot be taken; the text is the reason and names the column, never the value."""


def _matching(pattern: str, wanted: str) -> Callable[[str], str]:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise RowError(wanted)
        return value

    return check


def _one_of(names: Sequence[str], also: Mapping[str, str]) -> Callable[[str], str]:
    def check(value: str) -> str:
        value = value.lower()
        if (name := also.get(value, value)) not in names:
            raise RowError(f"must be one of {', '.join(names)}")
        return name

    return check


def _plate(value: str) -> str:
    try:
        plate = parse_plate(value)
    except PlateError:
        raise RowError("is no plate") from None
    if plate.ambiguous_dash:
        raise RowError("needs its dash")
    return plate.canonical


def _amount(value: str) -> str:
    digits = value.replace(",", "").removesuffix(".0").removesuffix(".00")
    if not re.fullmatch(r"\d{1,7}", digits, re.ASCII):
        raise RowError("must be whole NT$, not negative")
    return str(int(digits))


def _day(value: str) -> str:
    value = value.replace("/", "-")
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", value, re.ASCII)
    try:
        day = date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise RowError("must be a date like 2026-07-22")
    return day.isoformat()


def _moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value.replace("/", "-"))
    except ValueError:
        moment = None
    if moment is None or len(value) < len("2026-07-22T09:00") or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise RowError("must be a moment like 2026-07-22T09:00 (Taipei time, or with an offset)")
    return value if re.fullmatch(_MOMENT, value, re.ASCII) else moment.isoformat()


def _line(longest: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if len(value) > longest:
            raise RowError(f"is longer than {longest} characters")
        return value

    return check


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `plain`: what a field looks like that is taken as it stands; `check` puts others right or raises."""

    name: str
    plain: str
    check: Callable[[str], str]
    required: bool = False


_TEXT = r"[^\",\x00-\x1f\x7f-\x9f\ufeff\s](?:[^\",\x00-\x1f\x7f-\x9f]{{0,{}}}[^\",\x00-\x1f\x7f-\x9f\s])?"
_AGENCY, _NUMBER = r"[A-Z0-9]{2,16}", r"[A-Z0-9]{1,40}"
_IDENTIFIER = r"[A-Z0-9]{1,20}"
_NUMBER_RULE = "must be 1 to 40 capital letters or digits"
_PLATE = r"(?=[A-Z-]*\d[A-Z-]*\d)(?=[A-Z0-9-]{5,8}(?:,|\Z))[A-Z0-9]{2,4}-[A-Z0-9]{2,5}"
_MONEY = r"0|[1-9]\d{0,6}"

COLUMNS = {
    column.name: column
    for column in (
        Column("agency", _AGENCY, _matching(_AGENCY, "must be 2 to 16 capital letters or digits"), required=True),
        Column("number", _NUMBER, _matching(_NUMBER, _NUMBER_RULE), required=True),
        Column("plate", _PLATE, _plate),
        Column(
            "kind",
            "car|motorcycle|heavy_motorcycle|other",
            _one_of(("car", "motorcycle", "heavy_motorcycle", "other"), _KINDS),
        ),
        Column("identifier", _IDENTIFIER, _matching(_IDENTIFIER, "must be 1 to 20 capital letters or digits")),
        Column("amount", _MONEY, _amount, required=True),
        Column("pay_amount", _MONEY, _amount),
        Column("fee_item", "[a-z][a-z0-9_]{0,31}", _matching("[a-z][a-z0-9_]{0,31}", "must be a fee item's key")),
        Column("parked_on", DAY, _day),
        Column("deadline", DAY, _day),
        Column(
            "hours",
            r"\d{1,4}(?:\.\d{1,2})?",
            _matching(r"\d{1,4}(?:\.\d{1,2})?", "must be hours like 2.5, empty where not known"),
        ),
        Column("street", _TEXT.format(LONGEST_STREET - 2), _line(LONGEST_STREET)),
        Column("started_at", _MOMENT, _moment),
        Column("left_at", _MOMENT, _moment),
        Column("issued_how", _TEXT.format(LONGEST_ISSUED_HOW - 2), _line(LONGEST_ISSUED_HOW)),
        Column("status", "open|paid|withdrawn", _one_of(("open", "paid", "withdrawn"), {})),
        Column("prosecuted", "[01]", _one_of(("0", "1"), _YES_NO)),
        Column("prosecuted_deadline", DAY, _day),
        Column("notice_number", _NUMBER, _matching(_NUMBER, _NUMBER_RULE)),
        Column("notice_deadline", DAY, _day),
        Column("notice_extra_charge", _MONEY, _amount),
        Column("notice_mail", "registered|plain", _one_of(("registered", "plain"), _MAIL)),
        Column("as_of", _MOMENT, _moment),
    )
}


class RowReader:
    """Reads the rows of one file, whose header has told the order of its columns."""

    def __init__(self, header: str) -> None:
        """Raises RowError for a header with unknown, repeated or missing columns."""
        self.columns = tuple(name.strip().lower() for name in _split(header))
        unknown = [name for name in self.columns if name not in COLUMNS]
        if unknown:
            raise RowError(f"unknown column {unknown[0][:40]!r}")
        if len(set(self.columns)) != len(self.columns):
            raise RowError("a column is there twice")
        needed = {name for name, column in COLUMNS.items() if column.required}
        if "fee_item" not in self.columns:  # then it is parking
            needed |= VEHICLE
        missing = [name for name in COLUMNS if name in needed and name not in self.columns]
        if missing:
            raise RowError(f"column {missing[0]} is missing")
        first, *others = (re.compile(pattern, re.ASCII).fullmatch for pattern in self._rows())
        # Takes the line of a row that is as its columns want it.
        self.is_plain = (lambda line: first(line) or any(match(line) for match in others)) if others else first

    def read(self, line: str) -> str:
        """The row as COPY takes it (CSV without line end). Raises RowError."""
        return line if self.is_plain(line) else self.read_fields(line)

    def read_fields(self, line: str) -> str:
        """The same, field by field. Raises RowError."""
        fields = _split(line)
        if len(fields) != len(self.columns):
            raise RowError(f"has {len(fields)} fields, the header {len(self.columns)}")
        row: dict[str, str] = {}
        for name, raw in zip(self.columns, fields, strict=True):
            value, column = raw.strip(" \t"), COLUMNS[name]
            if re.search(r"[\x00-\x1f\x7f-\x9f]", value):
                raise RowError(f"{name}: has a control character")
            if not value and column.required:
                raise RowError(f"{name}: is empty")
            try:
                row[name] = column.check(value) if value else ""
            except RowError as error:
                raise RowError(f"{name}: {error}") from None
        lacking = [name for name in COLUMNS if name in VEHICLE and not row.get(name)]
        if len(lacking) == 1 or (lacking and row.get("fee_item") in (None, "", PARKING)):
            raise RowError(f"{lacking[0]}: is empty")
        if row.get("notice_number") and not row.get("notice_extra_charge"):
            raise RowError("notice_extra_charge: is empty, though the bill is in a notice")
        return ",".join(_quoted(row[name]) for name in self.columns)

    def _rows(self) -> Iterator[str]:
        """What plain rows look like: of a vehicle or of none, alone or in a notice, as far as the columns have them."""
        notice, columns = {"notice_number", "notice_extra_charge"}, set(self.columns)
        for filled, empty in ((VEHICLE, set[str]()), ({"fee_item"}, set(VEHICLE))):
            if filled <= columns:
                yield self._row(filled=filled, empty=empty | {"notice_number"})
                if notice <= columns:
                    yield self._row(filled=filled | notice, empty=empty)

    def _row(self, *, empty: Set[str] = frozenset(), filled: Set[str] = frozenset()) -> str:
        """What a plain row looks like, with these columns empty or filled."""
        patterns = []
        for name in self.columns:
            column = COLUMNS[name]
            optional = "" if column.required or name in filled else "?"
            of_none = r"(?!parking\b)" if name == "fee_item" and empty >= VEHICLE else ""
            patterns.append("" if name in empty else f"{of_none}(?:{column.plain}){optional}")
        return ",".join(patterns)


def _split(line: str) -> list[str]:
    if line.count('"') % 2:
        raise RowError("a quote is not closed on this line; a field cannot hold a line break")
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        raise RowError("is no CSV: a quote stands in the middle of a field") from None


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if re.search('[",]', value) else value
