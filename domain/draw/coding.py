"""Conventions of PLD1 (§2.1): length-prefixed hashing, and files that have one spelling only."""

import re
from datetime import datetime, timedelta, timezone
from hashlib import sha256

HASH_BYTES = 32
_HEX = re.compile(r"[0-9a-f]*")
_NUMBER = re.compile(r"0|[1-9][0-9]*")
_DRAW_ID = re.compile(r"[0-9A-Za-z._/-]{1,64}")
_CITY_OFFSET = timezone(timedelta(hours=8))
_PLAIN = bytes([9, 10, *range(0x20, 0x7F)])
REHEARSAL = "TEST/"  # a draw_id that starts so is a rehearsal (演練) and never published as a draw


class DrawFileError(ValueError):
    """A file or field that the protocol does not allow. Says which and why; holds no personal data."""


def sha256_hex(data: bytes) -> str:
    """SHA-256 as PLD1 prints it: 64 lower-case hex digits."""
    return sha256(data).hexdigest()


def lp(value: bytes | str) -> bytes:
    """Length prefix: u32be(byte length) || value, text as UTF-8."""
    data = value.encode() if isinstance(value, str) else value
    return len(data).to_bytes(4) + data


def cat(*values: bytes | str) -> bytes:
    """lp(a) || lp(b) || …: no two lists of values give the same bytes."""
    return b"".join(map(lp, values))


def u32(value: int) -> bytes:
    """Four bytes, big-endian. Raises OverflowError."""
    return value.to_bytes(4)


def lines_of(data: bytes, file: str) -> list[str]:
    """The lines of an ASCII file with LF ends, without them. Raises DrawFileError, which names the line."""
    if not data.endswith(b"\n"):
        raise DrawFileError(f"{file}: the last line does not end with LF")
    lines = data[:-1].split(b"\n")
    if data.translate(None, _PLAIN) or b" \n" in data or b"\t\n" in data:
        for at, line in enumerate(lines, 1):
            if line.translate(None, _PLAIN):
                raise DrawFileError(f"{file} line {at}: not plain ASCII (CR, BOM or another character)")
            if line != line.rstrip():
                raise DrawFileError(f"{file} line {at}: blanks at its end")
    return data[:-1].decode("ascii").split("\n")


def key_values(lines: list[str], keys: tuple[str, ...], file: str, first_line: int) -> dict[str, str]:
    """`key=value` lines that have exactly these keys in this order. Raises DrawFileError."""
    values = {}
    for number, key in enumerate(keys, first_line):
        at = number - first_line
        if at >= len(lines) or not lines[at].startswith(f"{key}="):
            raise DrawFileError(f"{file} line {number}: {key}= is missing or in another place")
        values[key] = lines[at][len(key) + 1 :]
    return values


def number(text: str, what: str) -> int:
    """A whole number without sign or leading zeros. Raises DrawFileError."""
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise DrawFileError(f"{what}: {text!r} is not a whole number")
    return int(text)


def hexadecimal(text: str, what: str, size: int = HASH_BYTES) -> str:
    """`size` bytes in lower-case hex, unchanged. Raises DrawFileError."""
    if len(text) != 2 * size or not _HEX.fullmatch(text):
        raise DrawFileError(f"{what}: not {2 * size} lower-case hex digits")
    return text


def draw_id(text: str) -> str:
    """A draw_id, unchanged: month/lot/vehicle kind/pass type, every segment a name. Raises DrawFileError."""
    if not _DRAW_ID.fullmatch(text) or any(part in ("", ".", "..") for part in text.split("/")):
        raise DrawFileError(f"draw_id: {text[:64]!r} is not allowed")
    return text


def is_rehearsal(text: str) -> bool:
    """Whether a draw_id names a rehearsal (演練)."""
    return text.startswith(REHEARSAL)


def time_text(moment: datetime) -> str:
    """An aware moment as PLD1 writes it: 2026-12-20T15:00:00+08:00. Raises ValueError for parts of a second."""
    if moment.tzinfo is None or moment.microsecond:
        raise ValueError("a moment with its zone, in whole seconds")
    return moment.astimezone(_CITY_OFFSET).isoformat()


def parse_time(text: str, what: str) -> datetime:
    """The reverse of time_text. Raises DrawFileError for any other spelling."""
    try:
        moment = datetime.fromisoformat(text)
        if time_text(moment) == text:
            return moment
    except ValueError:
        pass
    raise DrawFileError(f"{what}: not a time like 2026-12-20T15:00:00+08:00")
