"""The openings of a draw (§2.12): every entry with the plate, holder and salt that open its commitment. For auditors.

A file of personal data: never public, never kept. check_openings.py at the top of the project checks one offline,
without sharing a line with this.
"""

from dataclasses import dataclass

from domain.draw.coding import draw_id

COLUMNS = "entry_no\tpool\tweight\tplate\tholder\tsalt\tcommit\tstate"
LISTED = "LISTED"  # state of what is on the list; others have the reason for which they are not


@dataclass(frozen=True, slots=True)
class Opening:
    """One entry. `state`: LISTED, or a reason of removed.tsv, or LATE."""

    entry_no: str
    pool: str
    weight: int
    plate: str  # as committed to
    holder: str
    salt: bytes
    commit: str
    state: str

    def text(self) -> str:
        """The row with its LF."""
        fields = (self.entry_no, self.pool, str(self.weight), self.plate, self.holder, self.salt.hex())
        return "\t".join((*fields, self.commit, self.state)) + "\n"


def head(draw: str, entries: int) -> str:
    """The lines before the rows, which follow in order of arrival: the leaves of the nightly log (§2.2)."""
    return f"PLD1-OPENINGS\t{draw_id(draw)}\t{entries}\n{COLUMNS}\n"
