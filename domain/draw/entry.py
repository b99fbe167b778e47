"""Entries (申請) before the draw (§2.2): what a citizen commits to, and the receipt that proves it later."""

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

from domain.draw.coding import HASH_BYTES, DrawFileError, cat, draw_id, hexadecimal, key_values, lines_of, u32

MOST_WEIGHT = 65_535
_ENTRY_NO = re.compile(r"[0-9A-Z-]{1,32}")
_POOL = re.compile(r"[A-Z0-9]{1,8}")
_PLATE = re.compile(r"[A-Z0-9]{2,4}-[A-Z0-9]{2,4}")
_HOLDER = re.compile(r"[0-9A-Z]{8,10}")
_DASH_LIKE = "−ー_~·•‧・.⁃˗➖"  # typed for a dash, though no dash to Unicode
_RECEIPT_KEYS = ("draw_id", "entry_no", "pool", "salt", "commit")


def entry_no(text: str) -> str:
    """An entry number, unchanged. Raises DrawFileError."""
    return _shaped(_ENTRY_NO, text, "entry_no")


def pool(text: str) -> str:
    """A pool code (資格別), unchanged. Raises DrawFileError."""
    return _shaped(_POOL, text, "pool")


def weight(value: int) -> int:
    """Tickets of an entry, 1 to 65,535; 1 in this city. Raises DrawFileError."""
    if not 1 <= value <= MOST_WEIGHT:
        raise DrawFileError(f"weight: {value} is not 1 to {MOST_WEIGHT}")
    return value


def plate(text: str) -> str:
    """A plate as it is committed to, its hyphen kept. Raises DrawFileError for shapes that only the counter takes."""
    spelled = _folded(text)
    if not _PLATE.fullmatch(spelled):
        raise DrawFileError("plate: not of the shape XX-XX to XXXX-XXXX")
    return spelled


def fits_the_draw(text: str) -> bool:
    """Whether a plate has the shape that a commitment takes; others are the counter's (軍C-21110, AB-12345)."""
    return bool(_PLATE.fullmatch(_folded(text)))


def holder(text: str) -> str:
    """Who applies, as committed to: here the verified mobile number, digits only. Raises DrawFileError."""
    spelled = _folded(text).replace("-", "")
    if not _HOLDER.fullmatch(spelled):
        raise DrawFileError("holder: not 8 to 10 digits or letters")
    return spelled


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the citizen keeps. The mobile number is not on it: its owner knows it, a finder of the slip does not."""

    draw_id: str
    entry_no: str
    pool: str
    salt: bytes
    commit: str

    def text(self) -> str:
        """Lines of key=value: on the card, in the QR code, and read back by parse_receipt()."""
        values = (self.draw_id, self.entry_no, self.pool, self.salt.hex(), self.commit)
        rows = "".join(f"{key}={value}\n" for key, value in zip(_RECEIPT_KEYS, values, strict=True))
        return f"PLD1-RECEIPT\n{rows}"

    def proves(self, plate: str, holder: str) -> bool:
        """Whether the receipt is that of this plate and this mobile number. Raises DrawFileError."""
        return commitment(self.draw_id, self.entry_no, self.pool, 1, plate, holder, self.salt) == self.commit


def parse_receipt(text: str) -> Receipt:
    """The reverse of Receipt.text(). Raises DrawFileError."""
    lines = lines_of(text.encode("ascii", "replace"), "receipt")
    if lines[0] != "PLD1-RECEIPT" or len(lines) != len(_RECEIPT_KEYS) + 1:
        raise DrawFileError("receipt: not a PLD1-RECEIPT")
    values = key_values(lines[1:], _RECEIPT_KEYS, "receipt", 2)
    return Receipt(
        draw_id=draw_id(values["draw_id"]),
        entry_no=entry_no(values["entry_no"]),
        pool=pool(values["pool"]),
        salt=bytes.fromhex(hexadecimal(values["salt"], "salt")),
        commit=hexadecimal(values["commit"], "commit"),
    )


def commitment(draw: str, entry: str, pool_code: str, tickets: int, plate_: str, holder_: str, salt: bytes) -> str:
    """The commit of an entry: hides plate and mobile number, and can be opened with the salt alone.

    Raises DrawFileError when a field has not its shape.
    """
    if len(salt) != HASH_BYTES:
        raise DrawFileError("salt: not 32 bytes")
    fields = (draw_id(draw), entry_no(entry), pool(pool_code), u32(weight(tickets)), plate(plate_), holder(holder_))
    return sha256(cat("PLD1/entry", *fields, salt)).hexdigest()


def _folded(text: str) -> str:
    """Half-width, upper case, one kind of dash, no blanks."""
    normal = unicodedata.normalize("NFKC", text).upper()
    dashed = ("-" if unicodedata.category(c) == "Pd" or c in _DASH_LIKE else c for c in normal)
    return "".join(c for c in dashed if not c.isspace() and unicodedata.category(c) != "Cf")


def _shaped(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise DrawFileError(f"{what}: {text[:40]!r} is not allowed")
    return text
