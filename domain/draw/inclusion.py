"""Proof that one entry is on a list (§2.3, §2.12): log2 n hashes that a phone can check without the whole list."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.draw import merkle
from domain.draw.coding import DrawFileError
from domain.draw.listing import DrawList

_HEAD = "PLD1-PROOF"
_KEYS = ("draw_id", "index", "n", "merkle_root", "path")
_FILE = "proof"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Row `index` (from 0) of `size` rows leads by `path`, leaf first, to the announced root."""

    draw_id: str
    index: int
    size: int
    root: str
    path: Sequence[str]

    def text(self) -> str:
        """Lines of key=value, as web/draws/static/check.js reads them."""
        values = (self.draw_id, self.index, self.size, self.root, ",".join(self.path))
        rows = "".join(f"{key}={value}\n" for key, value in zip(_KEYS, values, strict=True))
        return f"{_HEAD}\n{rows}"


def prove(listed: DrawList, entry_no: str) -> Inclusion:
    """The proof for an entry of a list. Raises DrawFileError when it is not on it."""
    rows = [row.text() for row in listed.rows]
    index = next((at for at, row in enumerate(listed.rows) if row.entry_no == entry_no), None)
    if index is None:
        raise DrawFileError(f"{_FILE}: {entry_no} is not on the list")
    return Inclusion(listed.draw_id, index, len(rows), merkle.root(rows), merkle.proof(rows, index))
