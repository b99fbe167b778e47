"""Takes an agency's CSV into the ledger: COPY into a staging table, then set by set, in one transaction.

Idempotent: the same file twice changes nothing. A row that cannot be taken is refused with its line and reason, and the
rest goes in. What was paid here is never changed by a file, nor is a row by one that the agency says is older (as_of).
"""

# ruff: noqa: S608  every part of the statements is this file's own

import codecs
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO, LiteralString, cast

from psycopg import Cursor, sql
from psycopg.errors import UniqueViolation

from domain.ledgercsv import COLUMNS, RowError, RowReader
from infra.database import UnitOfWork
from services import bill_news

CHUNK_BYTES = 1 << 20
LARGEST_HEADER = 4096
ONE_IMPORT_AT_A_TIME = 7001  # advisory lock

Refused = Callable[[int, str], None]  # line (the header is 1), reason
Progress = Callable[[int], None]  # bytes read so far
Told = Callable[[str, str, str], None]  # agency, number, what became of it
Rows = Cursor[tuple[object, ...]]

_TYPES = {
    "amount": "integer", "pay_amount": "integer", "notice_extra_charge": "integer", "hours": "numeric",
    "parked_on": "date", "deadline": "date", "prosecuted_deadline": "date", "notice_deadline": "date",
    "started_at": "timestamptz", "left_at": "timestamptz", "as_of": "timestamptz", "prosecuted": "boolean",
}  # fmt: skip
_STAGING = f"""
CREATE TEMPORARY TABLE staged_bill (
    line bigint, {", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in COLUMNS)}
) ON COMMIT DROP
"""
_SETTINGS = (
    f"SELECT pg_advisory_xact_lock({ONE_IMPORT_AT_A_TIME})",
    "SET LOCAL statement_timeout = 0",  # a year of bills takes minutes
    "SET LOCAL timezone = 'Asia/Taipei'",  # a moment without an offset is the city's
    "SET LOCAL work_mem = '128MB'",
    "DROP TABLE IF EXISTS pg_temp.staged_bill",
    _STAGING,
)
_REPEATED = """
DELETE FROM staged_bill s USING (
    SELECT agency, number, min(line) AS first FROM staged_bill GROUP BY agency, number HAVING count(*) > 1
) r WHERE s.agency = r.agency AND s.number = r.number AND s.line > r.first
RETURNING s.line, 'is the bill of line ' || r.first || ' again'
"""
# Two rows that say different things of one notice: the first has the word.
_CONTRADICTING = """
DELETE FROM staged_bill s USING (
    SELECT DISTINCT ON (agency, notice_number) * FROM staged_bill
    WHERE notice_number IS NOT NULL ORDER BY agency, notice_number, line
) f WHERE s.agency = f.agency AND s.notice_number = f.notice_number
  AND (s.notice_deadline, s.notice_extra_charge, s.notice_mail, s.prosecuted, s.prosecuted_deadline)
      IS DISTINCT FROM (f.notice_deadline, f.notice_extra_charge, f.notice_mail, f.prosecuted, f.prosecuted_deadline)
RETURNING s.line, 'says something else of its notice than line ' || f.line
"""
_NOTICES = """
INSERT INTO ledger_notice AS n
    (agency, number, deadline, extra_charge, registered_mail, prosecuted, prosecuted_deadline, as_of)
SELECT DISTINCT ON (agency, notice_number) agency, notice_number, notice_deadline, notice_extra_charge,
    notice_mail = 'registered', coalesce(prosecuted, false), prosecuted_deadline, as_of
FROM staged_bill WHERE notice_number IS NOT NULL ORDER BY agency, notice_number, as_of DESC
ON CONFLICT (agency, number) DO UPDATE SET
    (deadline, extra_charge, registered_mail, prosecuted, prosecuted_deadline, as_of, imported_at) =
    (excluded.deadline, excluded.extra_charge, excluded.registered_mail, excluded.prosecuted,
     excluded.prosecuted_deadline, excluded.as_of, now())
WHERE n.paid_here_at IS NULL AND coalesce(excluded.as_of >= n.as_of, true)
  AND (n.deadline, n.extra_charge, n.registered_mail, n.prosecuted, n.prosecuted_deadline, n.as_of) IS DISTINCT FROM
      (excluded.deadline, excluded.extra_charge, excluded.registered_mail, excluded.prosecuted,
       excluded.prosecuted_deadline, excluded.as_of)
RETURNING agency, number
"""
_VALUES = (
    "plate_key", "plate", "kind", "car_type", "identifier", "fee_item", "parked_on", "deadline", "amount", "pay_amount",
    "hours", "street", "started_at", "left_at", "issued_how", "prosecuted", "notice_number", "status", "as_of",
)  # fmt: skip
_ROWS = """(
    SELECT agency, number, replace(plate, '-', '') AS plate_key, plate, kind,
        CASE kind WHEN 'car' THEN 'C' WHEN 'other' THEN 'O' WHEN 'motorcycle' THEN 'M'
            WHEN 'heavy_motorcycle' THEN 'M' END AS car_type,
        identifier, coalesce(fee_item, 'parking') AS fee_item, parked_on, deadline, amount,
        coalesce(pay_amount, amount) AS pay_amount, hours, street, started_at, left_at, issued_how,
        coalesce(prosecuted, false) AS prosecuted, notice_number, coalesce(status, 'open') AS status,
        as_of
    FROM staged_bill
) s"""
_ADD = f"INSERT INTO ledger_bill (agency, number, {', '.join(_VALUES)}) SELECT * FROM {_ROWS}"
_ADD_THE_NEW = f"{_ADD} ON CONFLICT DO NOTHING"
# The first row and then every hundredth: whether a file tells of known bills shows at a hundredth of the cost.
_SOME_KNOWN = """
SELECT EXISTS (
    SELECT FROM staged_bill s JOIN ledger_bill b ON b.number = s.number AND b.agency = s.agency WHERE s.line % 100 = 2
)
"""
_CHANGE = f"""
UPDATE ledger_bill b SET ({", ".join(_VALUES)}, imported_at) = ROW({", ".join(f"s.{v}" for v in _VALUES)}, now())
FROM {_ROWS} WHERE b.number = s.number AND b.agency = s.agency AND b.paid_here_at IS NULL
    AND coalesce(s.as_of >= b.as_of, true)
    AND ({", ".join(f"b.{v}" for v in _VALUES)}) IS DISTINCT FROM ({", ".join(f"s.{v}" for v in _VALUES)})
"""
_KEPT = """
SELECT b.agency, b.number, CASE WHEN b.paid_here_at IS NOT NULL THEN 'paid_here' ELSE 'stale' END
FROM staged_bill s JOIN ledger_bill b ON b.number = s.number AND b.agency = s.agency
WHERE b.paid_here_at IS NOT NULL OR s.as_of < b.as_of
"""
_AGENCIES = """
INSERT INTO ledger_agency AS a (code, of_vehicles)
SELECT agency, bool_or(plate IS NOT NULL) FROM staged_bill GROUP BY agency
ON CONFLICT (code) DO UPDATE SET imported_at = now(), of_vehicles = a.of_vehicles OR excluded.of_vehicles
"""


class FileError(Exception):
    """The file as a whole cannot be taken: no header, or one that names no bills."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows of a file did what."""

    taken: int  # bills that were not in the ledger
    changed: int
    unchanged: int
    refused: int


def import_csv(
    uow: UnitOfWork,
    file: BinaryIO,
    *,
    refused: Refused,
    progress: Progress = lambda _bytes: None,
    told: Told | None = None,
) -> Imported:
    """Take a file in, inside the caller's transaction. Raises FileError.

    `refused` hears every row that is not taken, in the order of the checks. UTF-8, with or without a mark. `told` hears
    of each bill that is taken, changed, or kept as it was because it is paid_here or the row stale; nothing where the
    whole file is new, which Imported shows.
    """
    count = 0

    def refuse(line: int, reason: str) -> None:
        nonlocal count
        count += 1
        refused(line, reason)

    reader, seen = _header(file)
    cursor: Rows = uow.driver.cursor()
    for setting in _SETTINGS:
        cursor.execute(setting)
    copy = sql.SQL("COPY staged_bill (line, {}) FROM STDIN (FORMAT csv)").format(
        sql.SQL(", ").join(map(sql.Identifier, reader.columns))
    )
    with cursor.copy(copy) as into:
        for chunk, size in _ahead(_chunks(file, reader, refuse)):
            into.write(chunk)
            seen += size
            progress(seen)
    staged = cursor.rowcount
    if "notice_number" in reader.columns:
        staged -= _refuse_staged(cursor, _CONTRADICTING, refuse)
        cursor.execute(_NOTICES)
    taken, changed = _add(cursor, told), 0
    if taken != staged:  # some are in the ledger already, or twice in the file
        staged -= _refuse_staged(cursor, _REPEATED, refuse)
        if told is not None:
            for agency, number, why in cast("list[tuple[str, str, str]]", cursor.execute(_KEPT).fetchall()):
                told(agency, number, why)
        changed = _count(cursor, _CHANGE, "b.", "changed", told)
    cursor.execute(_AGENCIES)
    bill_news.of_import(uow)
    return Imported(taken, changed, staged - taken - changed, count)


def _header(file: BinaryIO) -> tuple[RowReader, int]:
    line = file.readline(LARGEST_HEADER)
    try:
        return RowReader(line.removeprefix(codecs.BOM_UTF8).decode("utf-8").rstrip("\r\n")), len(line)
    except UnicodeDecodeError:
        raise FileError("line 1: is not UTF-8") from None
    except RowError as error:
        raise FileError(f"line 1: {error}") from None


def _chunks(file: BinaryIO, reader: RowReader, refuse: Refused) -> Iterator[tuple[str, int]]:
    """The rows that can be taken, each with its line number in front, and the bytes they were: a megabyte at a time."""
    number, read = 1, reader.read
    while lines := file.readlines(CHUNK_BYTES):
        good: list[str] = []
        for line in _decoded(lines):
            number += 1
            if line is None:
                refuse(number, "is not UTF-8")
            elif line:
                try:
                    good.append(f"{number},{read(line)}\n")
                except RowError as error:
                    refuse(number, str(error))
        yield "".join(good), sum(map(len, lines))


def _ahead(chunks: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """The same, the next one being read while PostgreSQL takes this one."""
    with ThreadPoolExecutor(1) as reading:
        coming = reading.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = reading.submit(next, chunks, None)
            yield chunk


def _decoded(lines: list[bytes]) -> Sequence[str | None]:
    """Lines without their ends; None for one that is not UTF-8."""
    try:
        text = b"".join(lines).decode("utf-8")
    except UnicodeDecodeError:
        return [_decoded_line(line) for line in lines]
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def _decoded_line(line: bytes) -> str | None:
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return None


def _count(cursor: Rows, statement: LiteralString, table: LiteralString, what: str, told: Told | None) -> int:
    """Run a statement over bills; how many it wrote. Which ones is only asked for where somebody wants to be told."""
    if told is None:
        return cursor.execute(statement).rowcount
    cursor.execute(f"{statement} RETURNING {table}agency, {table}number")
    for agency, number in cast("list[tuple[str, str]]", cursor.fetchall()):
        told(agency, number, what)
    return cursor.rowcount


def _add(cursor: Rows, told: Told | None) -> int:
    """Add the bills that are not in the ledger; returns how many.

    A plain INSERT takes two thirds of the time of one that minds conflicts, so it is tried where all bills look new.
    One that is known, or twice in the file, takes the try back, and the careful one does it all.
    """
    (known,) = cursor.execute(_SOME_KNOWN).fetchone() or (True,)
    if not known:
        try:
            with cursor.connection.transaction():  # a savepoint: the caller's transaction stands whatever happens
                return cursor.execute(_ADD).rowcount
        except UniqueViolation:
            pass
    return _count(cursor, _ADD_THE_NEW, "", "taken", told)


def _refuse_staged(cursor: Rows, statement: LiteralString, refuse: Refused) -> int:
    cursor.execute(statement)
    rows = cast("list[tuple[int, str]]", cursor.fetchall())
    for line, reason in sorted(rows):
        refuse(line, reason)
    return len(rows)
