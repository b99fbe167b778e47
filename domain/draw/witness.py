"""Witnesses (見證人, §2.13): secrets committed to, revealed, and then dice thrown in the open; the transcript of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from domain.draw.announcement import Announcement
from domain.draw.coding import HASH_BYTES, DrawFileError, cat, draw_id, hexadecimal, key_values, lines_of, sha256_hex

LEAST_WITNESSES = 3
LEAST_DICE = 50  # 129 bits
_FILE = "transcript"
_HEAD = "PLD1-WITNESS"
_WHO = re.compile(r"[!-9;-~]([ -9;-~]*[!-9;-~])?")  # ASCII without a colon, no blanks at its ends
_DICE = re.compile(r"[1-6]+")


@dataclass(frozen=True, slots=True)
class Reveal:
    """What a witness had committed to. `value` is UTF-8 text."""

    who: str
    value: bytes
    salt: bytes

    def commit(self, announcement: Announcement) -> str:
        """The commit that this opens, in hex."""
        announced = bytes.fromhex(announcement.sha256)
        said = cat("PLD1/witness", announcement.draw_id, announced, self.who, self.value, self.salt)
        return sha256(said).hexdigest()


@dataclass(frozen=True, slots=True)
class Transcript:
    """transcript.txt: all commits, all reveals, the dice; in the order they were shown."""

    draw_id: str
    announce_sha256: str
    commits: Sequence[tuple[str, str]]  # who, commit
    reveals: Sequence[Reveal]
    dice: str

    @property
    def file(self) -> bytes:
        """transcript.txt, byte for byte."""
        rows = [_HEAD, f"draw_id={self.draw_id}", f"announce_sha256={self.announce_sha256}"]
        rows += [f"commit={who}:{commit}" for who, commit in self.commits]
        rows += [f"reveal={reveal.who}:{reveal.value.hex()}:{reveal.salt.hex()}" for reveal in self.reveals]
        return "".join(f"{row}\n" for row in [*rows, f"dice={self.dice}"]).encode("ascii")

    @property
    def sha256(self) -> str:
        return sha256_hex(self.file)

    def check(self, announcement: Announcement) -> None:
        """Raises DrawFileError unless it is of this draw, whole, and every reveal opens its commit."""
        if (self.draw_id, self.announce_sha256) != (announcement.draw_id, announcement.sha256):
            raise DrawFileError(f"{_FILE}: of another draw or announcement")
        commits = dict(self.commits)
        if len(commits) < LEAST_WITNESSES or len(commits) != len(self.commits):
            raise DrawFileError(f"{_FILE}: fewer than {LEAST_WITNESSES} witnesses, or one of them twice")
        if sorted(commits) != sorted(reveal.who for reveal in self.reveals):
            raise DrawFileError(f"{_FILE}: commits and reveals are not of the same witnesses")
        for reveal in self.reveals:
            if reveal.commit(announcement) != commits[reveal.who]:
                raise DrawFileError(f"{_FILE}: what {reveal.who} revealed does not open the commit")
        if len(self.dice) < LEAST_DICE or not _DICE.fullmatch(self.dice):
            raise DrawFileError(f"{_FILE}: fewer than {LEAST_DICE} dice, or a number no die shows")


def parse_transcript(data: bytes) -> Transcript:
    """The transcript of a file. Raises DrawFileError unless it re-serialises to itself."""
    lines = lines_of(data, _FILE)
    if lines[0] != _HEAD:
        raise DrawFileError(f"{_FILE} line 1: not {_HEAD}")
    head = key_values(lines[1:3], ("draw_id", "announce_sha256"), _FILE, 2)
    commits, reveals, dice = [], [], ""
    for at, line in enumerate(lines[3:], 4):
        key, _, value = line.partition("=")
        if key == "commit":
            who, _, commit = value.partition(":")
            commits.append((_who(who, at), hexadecimal(commit, f"{_FILE} line {at}")))
        elif key == "reveal":
            reveals.append(_reveal(value, at))
        elif key == "dice":
            dice = value
        else:
            raise DrawFileError(f"{_FILE} line {at}: no commit, reveal or dice")
    announced = hexadecimal(head["announce_sha256"], "announce_sha256")
    made = Transcript(draw_id(head["draw_id"]), announced, commits, reveals, dice)
    if made.file != data:
        raise DrawFileError(f"{_FILE}: not all commits, then all reveals, then the dice")
    return made


def _reveal(text: str, at: int) -> Reveal:
    fields = text.split(":")
    if len(fields) != 3:
        raise DrawFileError(f"{_FILE} line {at}: not witness, value and salt")
    who, value, salt = fields
    where = f"{_FILE} line {at}"
    said = bytes.fromhex(hexadecimal(value, where, len(value) // 2))
    return Reveal(_who(who, at), said, bytes.fromhex(hexadecimal(salt, where, HASH_BYTES)))


def _who(text: str, at: int) -> str:
    if not _WHO.fullmatch(text):
        raise DrawFileError(f"{_FILE} line {at}: no name of a witness")
    return text
