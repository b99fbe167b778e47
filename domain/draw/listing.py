"""The list (登記清單) that is drawn from (§2.3), and the separate file of those taken off it, each with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from domain.draw import merkle
from domain.draw.coding import DrawFileError, draw_id, hexadecimal, lines_of, number, sha256_hex
from domain.draw.entry import entry_no, pool, weight

_FILE = "list"
_REMOVED_FILE = "removed"


@dataclass(frozen=True, slots=True, order=True)
class ListRow:
    """One entry of the list; rows sort by commit."""

    commit: str
    entry_no: str
    pool: str
    weight: int = 1

    def text(self) -> str:
        """The row without its LF: also the leaf of the Merkle tree."""
        return f"{self.commit}\t{self.entry_no}\t{self.pool}\t{self.weight}"


@dataclass(frozen=True)
class DrawList:
    """A frozen list. Raises DrawFileError when it is unsorted or anything in it is there twice."""

    draw_id: str
    rows: Sequence[ListRow]

    def __post_init__(self) -> None:
        draw_id(self.draw_id)
        numbers: set[str] = set()
        before = ""
        for at, row in enumerate(self.rows, 2):
            if row.commit <= before:
                wrong = "is there twice" if row.commit == before else "is not in the order of commits"
                raise DrawFileError(f"{_FILE} line {at}: its commit {wrong}")
            if row.entry_no in numbers:
                raise DrawFileError(f"{_FILE} line {at}: entry {row.entry_no} is there twice")
            before = row.commit
            numbers.add(row.entry_no)

    @classmethod
    def of(cls, draw: str, rows: Iterable[ListRow]) -> "DrawList":
        """The list of these entries, sorted. Raises DrawFileError for duplicates."""
        return cls(draw, sorted(rows))

    @cached_property
    def file(self) -> bytes:
        """list.tsv, byte for byte."""
        head = f"PLD1-LIST\t{self.draw_id}\t{len(self.rows)}\n"
        return (head + "".join(f"{row.text()}\n" for row in self.rows)).encode("ascii")

    @property
    def sha256(self) -> str:
        return sha256_hex(self.file)

    @property
    def merkle_root(self) -> str:
        return merkle.root([row.text() for row in self.rows])


def parse_list(data: bytes) -> DrawList:
    """The list of a file. Raises DrawFileError, which names the line."""
    lines = lines_of(data, _FILE)
    head = lines[0].split("\t")
    if len(head) != 3 or head[0] != "PLD1-LIST":
        raise DrawFileError(f"{_FILE} line 1: not PLD1-LIST, draw_id and number of rows")
    rows = [_row(line, at) for at, line in enumerate(lines[1:], 2)]
    if number(head[2], f"{_FILE} line 1") != len(rows):
        raise DrawFileError(f"{_FILE} line 1: says {head[2]} rows, there are {len(rows)}")
    return DrawList(draw_id(head[1]), rows)


def _row(line: str, at: int) -> ListRow:
    fields = line.split("\t")
    where = f"{_FILE} line {at}"
    if len(fields) != 4:
        raise DrawFileError(f"{where}: not commit, entry, pool and weight")
    try:
        tickets = weight(number(fields[3], "weight"))
        return ListRow(hexadecimal(fields[0], "commit"), entry_no(fields[1]), pool(fields[2]), tickets)
    except DrawFileError as error:
        raise DrawFileError(f"{where}: {error}") from None


class Removal(StrEnum):
    """Why an entry is not on the list: a code for the public, never a person's circumstances."""

    WITHDRAWN = "WITHDRAWN"  # by the citizen, before closing
    CHANGED = "CHANGED"  # plate, pool or mobile changed: a new entry took its place
    PLATE_TWICE = "PLATE-TWICE"  # the same plate in this round, the earlier one stays
    OVER_LIMIT = "OVER-LIMIT"  # more than the round's 登記限制 of one person
    INELIGIBLE = "INELIGIBLE"  # 資格審查 by staff, before the freeze
    BOUGHT_FIRST = "BOUGHT-FIRST"  # the plate bought in the 優先購買 window
    LEFT = "LEFT"  # 註銷


@dataclass(frozen=True, slots=True, order=True)
class RemovedRow:
    """One entry that is in the log and not on the list."""

    entry_no: str
    reason: Removal


def removed_file(draw: str, rows: Iterable[RemovedRow]) -> bytes:
    """removed.tsv: sorted by entry number, so that count(log) = count(list) + count(removed) can be checked."""
    ordered = sorted(rows)
    body = "".join(f"{entry_no(row.entry_no)}\t{row.reason}\n" for row in ordered)
    return f"PLD1-REMOVED\t{draw_id(draw)}\t{len(ordered)}\n{body}".encode("ascii")


def parse_removed(data: bytes) -> tuple[str, list[RemovedRow]]:
    """(draw_id, rows) of removed.tsv. Raises DrawFileError unless the file re-serialises to itself."""
    head, *lines = lines_of(data, _REMOVED_FILE)
    fields = head.split("\t")
    try:
        rows = [RemovedRow(entry, Removal(reason)) for entry, reason in (line.split("\t") for line in lines)]
        if fields[0] == "PLD1-REMOVED" and removed_file(fields[1], rows) == data:
            return fields[1], rows
    except (ValueError, IndexError):
        pass
    raise DrawFileError(f"{_REMOVED_FILE}: not a list of entry numbers with reasons, sorted and counted")
